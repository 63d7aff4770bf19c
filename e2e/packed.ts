import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { once } from "./once.ts";
import { type PackedPackage, pack } from "./pack.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Every public package's tarball: `inject("packed")`. */
    packed: readonly PackedPackage[];
  }
}

/** Packs the public packages once for a whole run, and removes the tarballs at its end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { folder, packed } = await once("packed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "voxpipe-packed-"));
    return { folder, packed: await pack(folder) };
  });
  project.provide("packed", packed);
  return () => rm(folder, { recursive: true, force: true });
}
