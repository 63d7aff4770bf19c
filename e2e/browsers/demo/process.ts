import { createInterface } from "node:readline";
import { root } from "../../workspace.ts";
import { end, spawnOwn } from "../launch/own-process.ts";

export interface DemoProcess extends AsyncDisposable {
  readonly url: string;
}

/** The demo as `demo:web` runs it, once built; on any free port. */
export async function startDemo(env: NodeJS.ProcessEnv = {}): Promise<DemoProcess> {
  const child = spawnOwn(process.execPath, ["packages/demo/dist/main.js"], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("The demo has no output to read.");
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) return { url, [Symbol.asyncDispose]: () => end(child) };
  }
  throw new Error("The demo ended without an address.");
}
