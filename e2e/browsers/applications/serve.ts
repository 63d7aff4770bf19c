import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@voxpipe/testing";

export interface ServedApplication extends AsyncDisposable {
  readonly url: string;
}

/** Runs a script of an application's package.json that serves it, until disposed. Its environment has nothing but `env`. */
export async function serve(
  folder: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<ServedApplication> {
  const port = await freePort();
  // A group of its own, because npm starts the server as a child's child. It ends with this process at the latest.
  const child = spawn("npm", ["run", script, "--", "--port", String(port)], {
    cwd: folder,
    env: { ...plainEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const kill = () => {
    if (child.pid !== undefined && !hasEnded()) process.kill(-child.pid);
  };
  process.once("exit", kill);
  const printed: string[] = [];
  for (const output of [child.stdout, child.stderr])
    createInterface({ input: output }).on("line", (line) => printed.push(line));
  const exited = once(child, "exit");
  const end = async () => {
    kill();
    await exited;
    // npm ends before the server does, which may still write files.
    while (isGroupRunning(child.pid)) await pause(50);
    process.off("exit", kill);
  };
  const url = `http://localhost:${port}/`;
  // How often it looks decides nothing. It gives up after two minutes, when that hangs.
  for (let tries = 0; tries < 480; tries++) {
    if (hasEnded()) break;
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { url, [Symbol.asyncDispose]: end };
    await pause(250);
  }
  await end();
  throw new Error(`npm run ${script} does not serve ${url}:\n${printed.join("\n")}`);
}

function isGroupRunning(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}

/** What npm needs, and nothing else. */
export function plainEnvironment(): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME, NEXT_TELEMETRY_DISABLED: "1" };
}
