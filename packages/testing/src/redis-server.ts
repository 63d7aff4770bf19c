import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";
import { findProgram, provideCommand } from "./programs.ts";

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Ends the process; its port refuses connections from then on. */
  readonly stop: () => Promise<void>;
  /** Starts it again on the same port, empty. */
  readonly start: () => Promise<void>;
  /** Freezes the process: connections stay open, and nothing answers. */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

/** A real Redis server on a free loopback port, without persistence. */
export async function startRedis(): Promise<RedisServer> {
  const program = findProgram("redis-server");
  if (program === undefined) throw new Error(`redis-server is not installed. Install it: ${provideCommand}`);
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-redis-"));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = await launch(program, port, folder);
  };
  const stop = async () => {
    const ending = server;
    server = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const exited = once(ending, "exit");
    ending.kill("SIGKILL");
    await exited;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    freeze: () => server?.kill("SIGSTOP"),
    thaw: () => server?.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(program: string, port: number, folder: string): Promise<ChildProcess> {
  const settings = ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", "", "--appendonly", "no"];
  const server = spawn(program, settings, { stdio: ["ignore", "pipe", "inherit"] });
  const said: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    said.push(line);
    if (line.includes("Ready to accept connections")) {
      server.stdout.resume();
      return server;
    }
  }
  throw new Error(`${program} did not start:\n${said.join("\n")}`);
}
