import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cases } from "@voxpipe/testing";
import { Miniflare } from "miniflare";
import { run } from "../run.ts";
import type { Abilities, AgentAbility, OwnName } from "./expectations.ts";
import type { Programs } from "./programs.ts";
import type { Surroundings } from "./suite.ts";

/** A JavaScript runtime in which the suite runs. */
export interface Runtime extends Abilities, AgentAbility, OwnName {
  readonly name: string;
  /** Runs the suite to its end and gives its lines. */
  run(programs: Programs, surroundings: Surroundings): Promise<string[]>;
}

const server = { tellsStatus: false, tellsBuffered: true, mintsTokens: true } as const;

/**
 * Compatibility dates at which workerd behaves differently: before 2024-11-11 it refuses `cache`, before 2025-09-15 redirects
 * take `Authorization` along; and the newest.
 */
const compatibilityDates = ["2024-10-01", "2025-06-01", "2026-07-30"];

const all: readonly Runtime[] = [
  node(`Node ${process.version} (of these tests)`, () => process.execPath),
  node("Node 22", () => binary("node-22", "bin/node")),
  node("Node 24", () => binary("node-24", "bin/node")),
  {
    ...server,
    name: "Bun",
    userAgent: /^voxpipe\/\d+\.\d+\.\d+ \(Bun\/\d+\.\d+\.\d+\)$/,
    agent: "proxy URL",
    entry: "bun.js",
    run: (programs, surroundings) => runProgram(bun(), ["run"], programs, surroundings),
  },
  {
    ...server,
    name: "Deno",
    // Deno sends its own first, and servers such as Node's keep the first of two.
    userAgent: /^Deno\/\d+\.\d+\.\d+/,
    agent: "unknown",
    entry: "deno.js",
    run: (programs, surroundings) => {
      return runProgram(deno(), denoFlags, programs, surroundings);
    },
  },
  ...compatibilityDates.map(worker),
];

/** In `test` the Node that runs it; in `test:all` every one. */
export const runtimes = cases(all.slice(0, 1), all);

function node(name: string, path: () => string): Runtime {
  return {
    name,
    ...server,
    agent: "http.Agent",
    userAgent: /^voxpipe\/\d+\.\d+\.\d+ \(Node\/\d+\.\d+\.\d+\)$/,
    entry: "node.js",
    tellsStatus: true,
    run: (programs, surroundings) => runProgram(path(), [], programs, surroundings),
  };
}

function worker(compatibilityDate: string): Runtime {
  return {
    name: `workerd of ${compatibilityDate}`,
    agent: "unknown",
    userAgent: /^voxpipe\/\d+\.\d+\.\d+ \(workerd\)$/,
    entry: "workerd.js",
    tellsStatus: true,
    tellsBuffered: false,
    mintsTokens: false,
    run: (programs, surroundings) => runWorker(programs, surroundings, compatibilityDate),
  };
}

/** Runs a file of a project that npm installed, and fetches nothing. */
export const denoFlags: readonly string[] = [
  "run",
  "--allow-all",
  "--no-prompt",
  "--cached-only",
  "--node-modules-dir=manual",
  "--no-lock",
];

async function runProgram(command: string, flags: readonly string[], programs: Programs, surroundings: Surroundings) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DENO_NO_UPDATE_CHECK: "1" };
  const args = [...flags, programs.process, JSON.stringify(surroundings)];
  const printed = await run(command, args, { cwd: dirname(programs.process), env });
  return printed.trim().split("\n");
}

async function runWorker(
  { worker, workerEntry }: Programs,
  surroundings: Surroundings,
  compatibilityDate: string,
): Promise<string[]> {
  const miniflare = new Miniflare({
    modules: true,
    script: await readFile(worker, "utf8"),
    compatibilityDate,
  });
  try {
    const response = await miniflare.dispatchFetch("http://suite.example/", {
      method: "POST",
      body: JSON.stringify(surroundings),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`workerd answered HTTP ${response.status}: ${text}`);
    return [JSON.stringify({ behaviour: "entry", entry: workerEntry }), ...text.split("\n")];
  } finally {
    await miniflare.dispose();
  }
}

/** A file of a package that `name` depends on, or of `name` itself. */
export function binary(name: string, file: string, from = import.meta.url): string {
  return join(dirname(createRequire(from).resolve(`${name}/package.json`)), file);
}

/** `bun` and `deno` bring their binaries as optional dependencies; their install scripts, which only move them, need not run. */
export function bun(): string {
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  return binary(`@oven/bun-${process.platform}-${arch}`, "bin/bun", binary("bun", "package.json"));
}

export function deno(): string {
  const libc = process.platform === "linux" ? "-glibc" : "";
  return binary(`@deno/${process.platform}-${process.arch}${libc}`, "deno", binary("deno", "package.json"));
}
