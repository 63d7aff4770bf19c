import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { type App, writeApp } from "./apps.ts";
import { type Bundle, bundlers, type Target } from "./bundlers.ts";

/** Bundles an application with the packages as they are packed and installed. */
export async function bundle(bundlerName: string, app: App, target: Target): Promise<Bundle> {
  const bundler = bundlers[bundlerName];
  if (!bundler) throw new Error(`No bundler ${bundlerName}`);
  const folder = join(inject("installed"), "bundled", bundlerName, target, app);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  return bundler(await writeApp(app, inject("installed")), target, folder);
}
