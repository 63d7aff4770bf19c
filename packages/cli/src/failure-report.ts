import { StreamingError } from "voxpipe";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { oneLine } from "./transcript-line.ts";
import { UsageError } from "./usage-error.ts";

/** What is told about an error, and what the process ends with. */
export interface FailureReport {
  readonly line: string;
  readonly code: ExitCode;
}

/** One line for people, never a stack trace. */
export function reportFailure(error: unknown): FailureReport {
  const message = error instanceof Error ? error.message : String(error);
  return { line: `voxpipe: ${oneLine(message)}`, code: isWrongUse(error) ? exitCode.usage : exitCode.failed };
}

/** Parameters that the client refuses before it connects are as much the user's as options that do not exist. */
function isWrongUse(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof StreamingError && error.code === "invalid-options");
}
