import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { type App, writeApp } from "./apps.ts";
import { type Bundle, bundlers, type Target } from "./bundlers.ts";

/** Bundles an application with the packages as they are packed and installed, into a folder of its own: files of tests run side by side. */
export async function bundle(bundlerName: string, app: App, target: Target): Promise<Bundle> {
  const bundler = bundlers[bundlerName];
  if (!bundler) throw new Error(`No bundler ${bundlerName}`);
  const folder = await mkdtemp(join(inject("installed"), `${bundlerName}-${target}-`));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  return bundler(await writeApp(app, inject("installed")), target, folder);
}
