import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The built command. */
export const program = fileURLToPath(new URL("../bin/voxpipe.js", import.meta.url));

/** How a run of the command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command as its own process, as a shell starts it. Without `env` there are no credentials. */
export function startVoxpipe(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  const { PATH = "" } = process.env;
  return spawn(process.execPath, [program, ...args], { env: { PATH, ...env }, stdio: ["pipe", "pipe", "pipe"] });
}

/** Runs it to its end. */
export async function voxpipe(
  args: readonly string[],
  { env, stdin = "" }: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: Uint8Array | string } = {},
): Promise<Outcome> {
  const child = startVoxpipe(args, env);
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  return ended(child);
}

/** What is still to come of a running one. */
export async function ended(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<Outcome> {
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}
