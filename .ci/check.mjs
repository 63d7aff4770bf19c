// Runs every `check:…` script of the root package.json, even if others fail, and ends with one line,
// `N passed, N failed`. The packages must have been built.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const checks = Object.entries(scripts).filter(([name]) => name.startsWith("check:"));
const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}` };

const failed = checks.filter(([name, command]) => {
  console.log(`\n── ${name}: ${command}`);
  const { status, error } = spawnSync(command, {
    cwd: root,
    env,
    shell: true,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 300_000,
  });
  if (error) console.log(`${name}: ${error.message}`);
  return status !== 0;
});

console.log("");
for (const check of checks) console.log(`${failed.includes(check) ? "failed" : "passed"}  ${check[0]}`);
console.log(`${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 || checks.length === 0 ? 1 : 0;
