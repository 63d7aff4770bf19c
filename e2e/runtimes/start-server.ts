import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Miniflare, type WorkerOptions } from "miniflare";
import { bun, deno, denoFlags } from "./runtimes.ts";

/** A server in a runtime of its own, on a free port of this machine. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** Lines that it has printed since then. */
  readonly printed: readonly string[];
}

/** The command and the flags of a runtime that runs a file. */
export type Command = readonly [program: string, ...flags: string[]];

export const commands = {
  node: (): Command => [process.execPath],
  bun: (): Command => [bun(), "run"],
  deno: (): Command => [deno(), ...denoFlags],
};

type Complain = (line: string) => void;
const show: Complain = (line) => console.error(line);

/**
 * Runs a program that prints its port once it listens.
 *
 * @param complain gets each line that it writes to stderr
 */
export async function startProcess(
  [command, ...flags]: Command,
  program: string,
  environment: Readonly<Record<string, string>>,
  complain = show,
): Promise<RunningServer> {
  // Bun takes its port from PORT, Deno its address from DENO_SERVE_ADDRESS: any that is free.
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    PORT: "0",
    DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
    DENO_NO_UPDATE_CHECK: "1",
    ...environment,
  };
  const server = spawn(command, [...flags, program], {
    cwd: dirname(program),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  readLines(server.stderr, complain);
  const exited = once(server, "exit");
  const printed: string[] = [];
  const port = await new Promise<string>((resolve, reject) => {
    readLines(server.stdout, (line) => (/^\d+$/.test(line) ? resolve(line) : printed.push(line)));
    exited.then(() => reject(new Error(`${program} ended without a port.`)), reject);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    printed,
    async [Symbol.asyncDispose]() {
      server.kill();
      await exited;
    },
  };
}

/** Runs a worker in workerd. */
export async function startWorker(program: string, options: WorkerOptions, complain = show): Promise<RunningServer> {
  const printed: string[] = [];
  const miniflare = new Miniflare({
    modules: true,
    script: await readFile(program, "utf8"),
    compatibilityDate: "2026-07-30",
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      readLines(stdout, (line) => printed.push(line));
      readLines(stderr, complain);
    },
    ...options,
  });
  const url = await miniflare.ready;
  return { url: url.origin, printed, [Symbol.asyncDispose]: () => miniflare.dispose() };
}

function readLines(stream: Readable, read: (line: string) => void): void {
  createInterface({ input: stream }).on("line", read);
}
