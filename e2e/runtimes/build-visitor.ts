import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { resolveIn } from "./programs.ts";

const source = fileURLToPath(new URL("./", import.meta.url));
const shared = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", tsconfigRaw: {} } as const;

export interface VisitorPrograms {
  /** The page's script, as bundlers make it for a browser. */
  readonly page: string;
  /** What runs it without one. */
  readonly host: string;
}

/** Builds the visitor's page and its host in the folder of a project that has the packages installed. */
export async function buildVisitor(installed: string): Promise<VisitorPrograms> {
  const page = join(await mkdtemp(join(installed, "visitor-")), "page.js");
  await build({
    ...shared,
    entryPoints: [join(source, "visitor.ts")],
    outfile: page,
    platform: "browser",
    format: "iife",
    plugins: [resolveIn(installed)],
  });
  return { page, host: await buildVisitorHost(installed) };
}

/** Turns the visitor's page into JavaScript, with the packages left for a bundler to find. */
export async function buildVisitorSource(installed: string): Promise<string> {
  const outfile = join(await mkdtemp(join(installed, "visitor-")), "page.js");
  await build({ ...shared, entryPoints: [join(source, "visitor.ts")], outfile, packages: "external" });
  return outfile;
}

export async function buildVisitorHost(installed: string): Promise<string> {
  const outfile = join(await mkdtemp(join(installed, "visitor-")), "host.js");
  await build({ ...shared, entryPoints: [join(source, "visitor-host.ts")], outfile, platform: "node" });
  return outfile;
}
