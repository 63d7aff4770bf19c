import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { resolveIn } from "./programs.ts";

const source = fileURLToPath(new URL("./", import.meta.url));

export interface VisitorPrograms {
  /** The page's script, as bundlers make it for a browser. */
  readonly page: string;
  /** What runs it without one. */
  readonly host: string;
}

/** Builds the visitor's page in the folder of a project that has the packages installed. */
export async function buildVisitor(installed: string): Promise<VisitorPrograms> {
  const page = join(installed, "visitor/page.js");
  const host = join(installed, "visitor/host.js");
  const shared = { bundle: true, target: "es2022", logLevel: "warning", tsconfigRaw: {} } as const;
  await build({
    ...shared,
    entryPoints: [join(source, "visitor.ts")],
    outfile: page,
    platform: "browser",
    format: "iife",
    plugins: [resolveIn(installed)],
  });
  await build({
    ...shared,
    entryPoints: [join(source, "visitor-host.ts")],
    outfile: host,
    platform: "node",
    format: "esm",
  });
  return { page, host };
}
