import type { CommandIo } from "../command/command-io.ts";
import type { TranscribeOptions } from "../command/transcribe-options.ts";
import { renderTerminal } from "../terminal/render-terminal.ts";
import { renderBoth, renderDocument } from "./render-document.ts";
import { renderJson } from "./render-json.ts";
import { renderPlain } from "./render-plain.ts";
import type { Renderer } from "./renderer.ts";
import type { TextOutput } from "./text-output.ts";

type Shown = Pick<TranscribeOptions, "json" | "quiet" | "formatTurns" | "format">;

/**
 * Chooses how a transcript is shown: in the requested format, otherwise live on a terminal and plain everywhere else. With
 * an output file, the transcript goes there, and a terminal still shows it live.
 */
export function chooseRenderer(
  options: Shown,
  { stdout, env }: Pick<CommandIo, "stdout" | "env">,
  output: TextOutput,
  errors: TextOutput,
  file?: TextOutput,
): Renderer {
  const { json, quiet, formatTurns, format } = options;
  const canRewrite = stdout.isTTY === true && env.TERM !== "dumb";
  if (file) {
    const kept = chooseRenderer({ ...options, format: format ?? "text" }, { stdout, env }, file, errors);
    if (quiet || !canRewrite) return kept;
    return renderBoth(chooseRenderer({ quiet, formatTurns, json: false }, { stdout, env }, output, errors), kept);
  }
  if (json) return renderJson(output, errors, quiet);
  if (format !== undefined && format !== "text") return renderDocument(output, errors, format);
  if (quiet || !canRewrite || format === "text") return renderPlain(output, errors, formatTurns);
  const color = !env.NO_COLOR && stdout.hasColors?.(2, env) === true;
  return renderTerminal(stdout, errors, { formats: formatTurns, color });
}
