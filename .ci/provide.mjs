// Installs the programs that the tests need and that this machine does not have, as packages/testing/programs.json lists
// them: with apt-get for root on Debian; otherwise Chromium from Playwright, and for the others it prints the command.
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const programs = Object.entries(JSON.parse(readFileSync(join(root, "packages/testing/programs.json"), "utf8")));

const missing = programs.filter(([, { commands }]) => !commands.some(isInstalled));
const packages = [...new Set(missing.map(([, program]) => program.package))];
if (packages.length === 0) console.log("Every program that the tests need is installed.");
else if (process.getuid?.() === 0 && isInstalled("apt-get")) install();
else adviseOthers();

function install() {
  console.log(`Installing ${packages.join(" ")} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  runProgram("apt-get", ["update", "-qq"], { env, timeout: 120_000 });
  runProgram("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env, timeout: 420_000 });
}

function adviseOthers() {
  const others = packages.filter((name) => name !== "chromium");
  if (others.length < packages.length) {
    const cwd = join(root, "packages/testing");
    runProgram("npx", ["playwright-core", "install", "chromium"], { cwd, timeout: 300_000 });
  }
  if (others.length === 0) return;
  console.error(`Programs are missing that only root can install. On Debian: sudo apt-get install ${others.join(" ")}`);
  process.exitCode = 1;
}

/** Reports what fails and continues with the rest. */
function runProgram(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
  if (status === 0) return;
  console.error(`${command} ${args.join(" ")} failed: ${error?.message ?? `exit code ${status}`}`);
  process.exitCode = 1;
}

function isInstalled(command) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}
