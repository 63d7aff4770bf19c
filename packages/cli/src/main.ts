import { CommanderError } from "commander";
import { createCommand } from "./command/command.ts";
import type { CommandIo } from "./command/command-io.ts";
import { type ExitCode, exitCode } from "./command/exit-code.ts";
import { reportFailure } from "./command/failure-report.ts";
import { transcribe } from "./transcribe.ts";

/** Runs the command line. Prints what went wrong in one line on standard error. */
export async function main(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  try {
    await createCommand(io, (options) => transcribe(options, io)).parseAsync(args, { from: "user" });
    return exitCode.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    const { line, code } = reportFailure(error);
    io.stderr.write(line);
    return code;
  }
}
