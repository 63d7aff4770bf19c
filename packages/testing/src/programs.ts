import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import programs from "../programs.json" with { type: "json" };

/** A program that tests use. `programs.json` has its possible commands, and Debian's package. */
export type ProgramName = keyof typeof programs;

/** Installs the programs that are missing. */
export const provideCommand = "npx -y pnpm@10.34.9 provide";

/** The path of a program, or undefined if it is not installed. Chromium may be Playwright's. */
export function findProgram(name: ProgramName): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const paths = folders.flatMap((folder) => programs[name].commands.map((command) => join(folder, command)));
  return paths.find(isExecutable) ?? (name === "Chromium" ? playwrightsChromium() : undefined);
}

/** Loaded only if it is needed: Playwright takes a while to load. */
function playwrightsChromium(): string | undefined {
  const { chromium }: typeof import("playwright-core") = createRequire(import.meta.url)("playwright-core");
  return [chromium.executablePath()].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
