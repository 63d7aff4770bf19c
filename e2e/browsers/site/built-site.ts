import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";
import { once } from "../../once.ts";
import { root } from "../../workspace.ts";
import { buildSuite } from "./build-suite.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder with `page.js`, `suite.js`, `worklet.js` and `reference.js`. */
    site: string;
    /** The file that `voxpipe` was resolved to in `suite.js`. */
    suiteEntry: string;
  }
}

/** Bundles the tests' page with the packed packages, as `installed.ts` installed them. */
export default async function setup(project: TestProject): Promise<void> {
  const { installed } = project.getProvidedContext();
  const { site, suiteEntry } = await once("site", () => buildSite(installed));
  project.provide("site", site);
  project.provide("suiteEntry", suiteEntry);
}

async function buildSite(installed: string): Promise<{ site: string; suiteEntry: string }> {
  const site = join(installed, "site");
  await mkdir(site);
  await copyFile(join(root, "e2e/browsers/site/page.ts"), join(site, "page.ts"));
  await build({
    entryPoints: [join(site, "page.ts")],
    outfile: join(site, "page.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  await copyFile(join(installed, "node_modules/@voxpipe/microphone/dist/worklet.js"), join(site, "worklet.js"));
  await copyFile(join(root, "e2e/browsers/site/reference.js"), join(site, "reference.js"));
  return { site, suiteEntry: await buildSuite(installed, site) };
}
