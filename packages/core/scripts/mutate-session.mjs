import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { mutations } from "./mutations.mjs";

/**
 * Makes one mistake after another in the session, in memory, and runs the model-based test on it: which ones does it find?
 *
 * node packages/core/scripts/mutate-session.mjs [inputs for each] [pattern of names]
 */
const [inputs = "1000000", part = ""] = process.argv.slice(2);
const src = join(import.meta.dirname, "../src");
const folder = mkdtempSync(join(tmpdir(), "voxpipe-mutations-"));

let missed = 0;
try {
  await report(["(none)"]);
  for (const mutation of mutations.filter(([name]) => new RegExp(part).test(name))) await report(mutation);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${missed} not found`);

async function report([name, file, from, to]) {
  const program = join(folder, "session.mjs");
  await bundle(program, file && { path: join(src, file), from, to });
  const result = await run(program);
  if (file && result === "not found") missed++;
  console.log(`| ${name} | ${file ?? ""} | ${result} |`);
}

async function bundle(outfile, mutation) {
  const mutate = {
    name: "mutate",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path !== mutation?.path) return undefined;
        const code = readFileSync(path, "utf8");
        if (code.split(mutation.from).length !== 2) throw new Error(`Not once in ${path}: ${mutation.from}`);
        return { contents: code.replace(mutation.from, () => mutation.to), loader: "ts" };
      });
    },
  };
  const entry = join(src, "../test/session-model/run.ts");
  await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    plugins: [mutate],
    logLevel: "error",
  });
}

/** In a process of its own: a mistake may make a session run on without end. */
function run(program) {
  const code = `import { runSessions } from ${JSON.stringify(pathToFileURL(program).href)};
const { failure, inputs } = runSessions(1, ${Number(inputs)});
console.log(failure ? "found after " + inputs + " inputs: " + failure.split("\\n")[0] : "not found");`;
  const runner = join(folder, "runner.mjs");
  writeFileSync(runner, code);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [runner], { timeout: 120_000, stdio: ["ignore", "pipe", "pipe"] });
    let [said, failed] = ["", ""];
    child.stdout.on("data", (data) => {
      said += data;
    });
    child.stderr.on("data", (data) => {
      failed += data;
    });
    child.on("close", (status) => {
      if (status === null) resolve("found: it does not end");
      else resolve(said.trim() || `found: ${failed.trim().split("\n").at(-1)}`);
    });
  });
}
