import type { CommandIo } from "./command-io.ts";
import { renderJson } from "./render-json.ts";
import { renderPlain } from "./render-plain.ts";
import { renderTerminal } from "./render-terminal.ts";
import type { Renderer } from "./renderer.ts";
import type { TextOutput } from "./text-output.ts";
import type { TranscribeOptions } from "./transcribe-options.ts";

/** How a transcript is shown: JSON where it was asked for, live on a terminal, plain everywhere else. */
export function chooseRenderer(
  { json, quiet, formatTurns }: Pick<TranscribeOptions, "json" | "quiet" | "formatTurns">,
  { stdout, env }: Pick<CommandIo, "stdout" | "env">,
  output: TextOutput,
  errors: TextOutput,
): Renderer {
  if (json) return renderJson(output, errors, quiet);
  const canRewrite = stdout.isTTY === true && env.TERM !== "dumb";
  if (quiet || !canRewrite) return renderPlain(output, errors, formatTurns);
  const color = !env.NO_COLOR && stdout.hasColors?.(2, env) === true;
  return renderTerminal(stdout, errors, { formats: formatTurns, color });
}
