import { CommanderError } from "commander";
import { createCommand } from "./command/command.ts";
import type { CommandIo } from "./command/command-io.ts";
import { type ExitCode, exitCode } from "./command/exit-code.ts";
import { reportFailure } from "./command/failure-report.ts";
import { isBrokenPipe, textOutput } from "./output/text-output.ts";
import { transcribe } from "./transcribe.ts";

/** Runs the command line. Prints what went wrong in one line on standard error. */
export async function main(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const output = textOutput(io.stdout);
  // There is no one left to report this to.
  io.stderr.on("error", () => {});
  const report = (failure: unknown): ExitCode => {
    const { line, code } = reportFailure(failure);
    io.stderr.write(line);
    return code;
  };
  try {
    await createCommand(io, (options) => transcribe(options, io)).parseAsync(args, { from: "user" });
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error);
    if (error.exitCode !== 0) return exitCode.usage;
    // Help or the version was printed, or could not be.
    await output.write("");
    const { aborted, reason } = output.failed;
    return aborted && !isBrokenPipe(reason) ? report(reason) : exitCode.ok;
  }
}
