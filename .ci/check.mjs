// Runs every `check:…` script of the root package.json, as many at a time as there are cores, even if others fail, and ends
// with one line, `N passed, N failed`. The packages must have been built.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const checks = Object.entries(scripts).filter(([name]) => name.startsWith("check:"));
const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}` };

const limitMs = 300_000;
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** Resolves to whether it passed; shows what it printed as one piece. */
function run([name, command]) {
  return new Promise((resolve) => {
    const output = [];
    const child = spawn(command, { cwd: root, env, shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    // The whole group: what the shell started would hold the pipes open.
    const end = () => child.pid && process.kill(-child.pid, "SIGKILL");
    const late = setTimeout(end, limitMs);
    process.on("exit", end);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
    child.on("error", (error) => output.push(Buffer.from(`${name}: ${error.message}\n`)));
    child.on("close", (status) => {
      clearTimeout(late);
      process.off("exit", end);
      process.stdout.write(`\n── ${name}: ${command}\n${Buffer.concat(output)}`);
      resolve(status === 0);
    });
  });
}

const passed = new Set();
const waiting = [...checks];
async function lane() {
  for (let check = waiting.shift(); check; check = waiting.shift()) if (await run(check)) passed.add(check);
}
await Promise.all(Array.from({ length: availableParallelism() }, lane));

console.log("");
for (const check of checks) console.log(`${passed.has(check) ? "passed" : "failed"}  ${check[0]}`);
console.log(`${passed.size} passed, ${checks.length - passed.size} failed`);
process.exitCode = passed.size === checks.length && checks.length > 0 ? 0 : 1;
