import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Consumer } from "./consumer.ts";

/** The packed emulator's command, running in a process of its own. */
export interface EmulatorProcess extends AsyncDisposable {
  /** What fits `apiHost`. */
  readonly url: string;
}

/** Starts `voxpipe-emulator` as it is installed in a consumer, on a free port. */
export async function startEmulatorProcess({ folder }: Consumer): Promise<EmulatorProcess> {
  const command = join(folder, "node_modules/@voxpipe/emulator/bin/voxpipe-emulator.js");
  const child = spawn(
    process.execPath,
    [command, "--port", "0", "--edges", "exact", "--default-model", "universal-streaming-english"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /Listening on (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      async [Symbol.asyncDispose]() {
        child.kill("SIGTERM");
        await exited;
      },
    };
  }
  throw new Error(`${command} ended without listening.`);
}
