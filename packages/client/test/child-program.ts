import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  /** What it printed, as JSON. */
  readonly report: unknown;
}

/** Builds a program of `programs/` from the sources, runs it in a process of its own, and waits until it ends by itself. */
export function runProgram(name: string, ...args: readonly string[]): Promise<Ended> {
  return runProgramIn({}, name, ...args);
}

/** The same with more environment variables. */
export async function runProgramIn(
  env: Readonly<Record<string, string>>,
  name: string,
  ...args: readonly string[]
): Promise<Ended> {
  const outfile = join(packageFolder, "dist", `under-test-${name}-${process.pid}.js`);
  await build({
    entryPoints: [join(packageFolder, "test/programs", `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    external: [
      "ws",
      "isomorphic-ws",
      "@voxpipe/token",
      "web-streams-polyfill",
      "https-proxy-agent",
      "socks-proxy-agent",
    ],
    alias: {
      voxpipe: join(packageFolder, "src/entries/node.ts"),
      "@voxpipe/token": join(packageFolder, "../token/src/index.ts"),
      "@voxpipe/core": join(packageFolder, "../core/src/index.ts"),
    },
  });
  try {
    const child = spawn(process.execPath, ["--expose-gc", outfile, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    const closed = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await closed;
    return { code: child.exitCode, stderr, report: stdout === "" ? undefined : JSON.parse(stdout) };
  } finally {
    await rm(outfile, { force: true });
  }
}
