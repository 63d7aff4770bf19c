import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

/** A program of this package, built from its sources, so that no earlier build is what is tested. */
export interface BuiltProgram extends AsyncDisposable {
  /** Runs it in a process of its own. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): RunningProgram;
}

interface RunningProgram {
  /** Resolves with the first line that fits, past or future. */
  line(fits: RegExp): Promise<RegExpExecArray>;
  /** Its exit code and everything it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>;
  /** As Ctrl-C. */
  stop(): void;
}

/** @param entry relative to the package's folder */
export async function buildProgram(entry: string): Promise<BuiltProgram> {
  // Where its imports are found, and where nothing is packed or committed from.
  const outfile = join(packageFolder, "node_modules", `.under-test-${entry.replace(/\W/g, "-")}-${process.pid}.js`);
  await build({
    entryPoints: [join(packageFolder, entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    packages: "external",
    alias: { "@voxpipe/audio": join(packageFolder, "../audio/src/index.ts") },
  });
  return {
    start: (args, env) => run(outfile, args, env),
    [Symbol.asyncDispose]: () => rm(outfile, { force: true }),
  };
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningProgram {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      wake();
    });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, text: lines.join("\n") }));
  return {
    ended,
    stop: () => void child.kill("SIGINT"),
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.map((line) => fits.exec(line)).find((match) => match !== null);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(({ text }) => reject(new Error(`Ended without ${fits}:\n${text}`)));
      }),
  };
}
