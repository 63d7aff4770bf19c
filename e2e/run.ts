import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the program is killed: five minutes by default, which only one that hangs takes. */
  readonly timeout?: number;
}

/**
 * Runs a program to its end and gives what it wrote to stdout.
 *
 * @throws Error with all that the program wrote, when it exits with another code than 0.
 */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  try {
    const { stdout } = await execute(program, args, { timeout: 300_000, maxBuffer: 64 * 1024 * 1024, ...options });
    return stdout;
  } catch (error) {
    throw new Error(`${program} ${args.join(" ")} failed in ${options.cwd}:\n${outputOf(error)}`, { cause: error });
  }
}

function outputOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const written = ["stdout" in error ? error.stdout : "", "stderr" in error ? error.stderr : ""];
  return [error.message, ...written].join("\n");
}
