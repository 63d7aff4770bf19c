import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "../run.ts";

export interface Wanted {
  /** For people. */
  readonly name: string;
  /** Its programs, any of which will do. */
  readonly programs: readonly string[];
  /** Debian's packages that bring it. */
  readonly packages: readonly string[];
  /** Playwright's own, where it has one that fits: where that lies, and what it is called. */
  readonly playwright?: { readonly browser: string; path(): string };
}

/**
 * The path of a program: an installed one; or Playwright's own; or, for root on Debian, one that is installed now.
 *
 * @throws Error with a sentence that says what to install.
 */
export async function provide({ name, programs, packages, playwright }: Wanted): Promise<string> {
  const installed = await find(programs);
  if (installed !== undefined) return installed;
  const own = playwright && (await playwrightOwn(playwright));
  if (own !== undefined) return own;
  const reason = await installDebian(packages);
  const now = await find(programs);
  if (now !== undefined) return now;
  throw new Error(
    `There is no ${name}. Install it (on Debian, as root: apt-get install ${packages.join(" ")}).${reason ? ` Tried that: ${reason}` : ""}`,
  );
}

async function find(programs: readonly string[]): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const program of programs) {
      const path = join(folder, program);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

async function playwrightOwn({ browser, path }: NonNullable<Wanted["playwright"]>): Promise<string | undefined> {
  if (await isExecutable(path())) return path();
  const cwd = import.meta.dirname;
  await run("npx", ["playwright-core", "install", browser], { cwd, timeout: 300_000 }).catch(() => {});
  return (await isExecutable(path())) ? path() : undefined;
}

/** @returns why it did not work, or undefined. */
async function installDebian(packages: readonly string[]): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "only root can.";
  try {
    const options = { cwd: "/", timeout: 300_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    await run("apt-get", ["update", "-qq"], options);
    await run("apt-get", ["install", "-y", "-qq", ...packages], options);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
