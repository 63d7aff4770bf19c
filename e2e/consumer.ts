import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PackedPackage } from "./pack.ts";
import { run } from "./run.ts";

/** A folder outside the workspace in which packed packages are installed, as a user's project has them. */
export interface Consumer extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Makes a project in a temporary folder and installs packed packages in it with npm.
 *
 * @param packed the packages, with those of ours that they depend on
 * @param dependencies what the project needs beside them, by name and exact version
 */
export async function createConsumer(
  packed: readonly PackedPackage[],
  dependencies: Readonly<Record<string, string>> = {},
): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-consumer-"));
  const tarballs = Object.fromEntries(packed.map(({ name, filename }) => [name, `file:${filename}`]));
  const manifest = {
    private: true,
    type: "module",
    dependencies: { ...tarballs, ...dependencies },
    // The packages depend on one another by version, and these versions are nowhere but in the tarballs.
    overrides: Object.fromEntries(packed.map(({ name }) => [name, `$${name}`])),
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: folder, timeout: 240_000 });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
