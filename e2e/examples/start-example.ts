import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import type { PackedPackage } from "../pack.ts";
import { run } from "../run.ts";
import { root } from "../workspace.ts";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** A copy of an example's folder outside the workspace. */
export interface Example extends AsyncDisposable {
  readonly folder: string;
  /** Runs `npm start`, which installs and starts it. */
  start(env: Readonly<Record<string, string>>, ...args: readonly string[]): RunningExample;
  /** Type-checks it, once it is installed. */
  check(): Promise<void>;
}

/** A running example. */
export interface RunningExample extends AsyncDisposable {
  /** The lines that it has printed. */
  readonly lines: readonly string[];
  /** Resolves once it has printed this line, however long its installation takes; rejects if it ends without. */
  printed(line: string): Promise<void>;
  readonly stdin: Writable;
  /** The code with which it ends by itself. */
  readonly ended: Promise<number | null>;
}

/**
 * Copies an example. Only package.json is changed: the packages' versions are published nowhere yet, so that it names their
 * tarballs.
 */
export async function copyExample(name: string, packed: readonly PackedPackage[]): Promise<Example> {
  const folder = await mkdtemp(join(tmpdir(), `voxpipe-${name}-`));
  await cp(join(root, "examples", name), folder, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  const file = join(folder, "package.json");
  const manifest: { dependencies: Record<string, string> } = JSON.parse(await readFile(file, "utf8"));
  const tarballs = Object.fromEntries(packed.map(({ name, filename }) => [name, `file:${filename}`]));
  const dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies).map(([name, range]) => [name, tarballs[name] ?? range]),
  );
  await writeFile(file, JSON.stringify({ ...manifest, dependencies, overrides: tarballs }, null, 2));
  return {
    folder,
    start: (env, ...args) => start(folder, env, args),
    check: async () => {
      await run(process.execPath, [tsc, "-p", "tsconfig.json", "--pretty", "false"], { cwd: folder });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function start(folder: string, env: Readonly<Record<string, string>>, args: readonly string[]): RunningExample {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn("npm", ["start", "--silent", "--", ...args], {
    cwd: folder,
    env: { PATH, HOME, npm_config_prefer_offline: "true", ...env },
    stdio: ["pipe", "pipe", "inherit"],
    // A group of its own: npm does not pass signals on to all that it starts.
    detached: true,
  });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const closed = once(output, "close").then(() => "closed" as const);
  child.stdin.on("error", () => {});
  const ended = once(child, "close").then(() => child.exitCode);
  return {
    lines,
    async printed(line) {
      while (!lines.includes(line)) {
        if ((await Promise.race([once(output, "line"), closed])) === "closed" && !lines.includes(line))
          throw new Error(`It ended without printing "${line}". It printed:\n${lines.join("\n")}`);
      }
    },
    stdin: child.stdin,
    ended,
    async [Symbol.asyncDispose]() {
      endGroup(child);
      await ended;
    },
  };
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(-pid);
  } catch {
    // It has ended by itself in the meantime.
  }
}
