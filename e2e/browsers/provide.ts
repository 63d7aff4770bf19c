import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { run } from "../run.ts";

interface Wanted {
  /** Its programs, any of which will do. */
  readonly programs: readonly string[];
  /** Debian's package that brings it. */
  readonly package: string;
  /** Playwright's own, where it has one that fits: what that is called, and where it lies. */
  readonly playwright?: { readonly browser: string; path(): string };
}

/** What the tests of browsers need on a machine. */
const wanted = {
  Chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    package: "chromium",
    playwright: { browser: "chromium", path: () => chromium.executablePath() },
  },
  Firefox: { programs: ["firefox-esr", "firefox"], package: "firefox-esr" },
  WebKitWebDriver: { programs: ["WebKitWebDriver"], package: "webkit2gtk-driver" },
  Xvfb: { programs: ["Xvfb"], package: "xvfb" },
  PulseAudio: { programs: ["pulseaudio"], package: "pulseaudio" },
  paplay: { programs: ["paplay"], package: "pulseaudio-utils" },
  pactl: { programs: ["pactl"], package: "pulseaudio-utils" },
} satisfies Readonly<Record<string, Wanted>>;

/**
 * The path of a program.
 *
 * @throws Error with a sentence that says what to install.
 */
export async function provide(name: keyof typeof wanted): Promise<string> {
  const path = await find(wanted[name]);
  if (path !== undefined) return path;
  throw new Error(
    `The tests of browsers need ${name}, and it is not installed. On Debian, as root: apt-get install ${allPackages().join(" ")}`,
  );
}

/**
 * Before the tests: installs what is missing, from Debian for root, and Chromium from Playwright otherwise. Where neither
 * can be, the tests that need it fail and say what to install.
 */
export default async function setup(): Promise<void> {
  const missing: Wanted[] = [];
  for (const one of Object.values(wanted)) if ((await find(one)) === undefined) missing.push(one);
  if (missing.length === 0) return;
  await installDebian([...new Set(missing.map((one) => one.package))]);
  for (const one of missing) if (one.playwright && (await find(one)) === undefined) await installPlaywrights(one);
}

function allPackages(): string[] {
  return [...new Set(Object.values(wanted).map((one) => one.package))];
}

async function find({ programs, playwright }: Wanted): Promise<string | undefined> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => programs.map((program) => join(folder, program)));
  for (const path of playwright ? [...paths, playwright.path()] : paths) {
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function installDebian(packages: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const options = { cwd: "/", timeout: 420_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  try {
    console.log(`Installing ${packages.join(" ")} with apt-get, for the tests of browsers`);
    await run("apt-get", ["update", "-qq"], options);
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
  } catch (error) {
    console.warn(`That did not work: ${error instanceof Error ? error.message : error}`);
  }
}

async function installPlaywrights({ playwright }: Wanted): Promise<void> {
  const args = ["playwright-core", "install", playwright?.browser ?? ""];
  await run("npx", args, { cwd: import.meta.dirname, timeout: 300_000 }).catch((error) => {
    console.warn(`Playwright installed no browser: ${error instanceof Error ? error.message : error}`);
  });
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
