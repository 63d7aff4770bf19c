import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";
import { createConsumer } from "../consumer.ts";
import { pack } from "../pack.ts";
import { root } from "../workspace.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder with `page.js`, `worklet.js` and `reference.js`. */
    site: string;
  }
}

/** Bundles the tests' page with the packed packages, installed as a user's project has them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const packing = await mkdtemp(join(tmpdir(), "voxpipe-packed-"));
  const wanted = ["voxpipe", "@voxpipe/core", "@voxpipe/audio", "@voxpipe/token", "@voxpipe/microphone"];
  const packed = (await pack(packing)).filter(({ name }) => wanted.includes(name));
  const consumer = await createConsumer(packed);
  await copyFile(join(root, "e2e/browsers/page.ts"), join(consumer.folder, "page.ts"));
  await build({
    entryPoints: [join(consumer.folder, "page.ts")],
    outfile: join(consumer.folder, "page.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  await copyFile(
    join(consumer.folder, "node_modules/@voxpipe/microphone/dist/worklet.js"),
    join(consumer.folder, "worklet.js"),
  );
  await copyFile(join(root, "e2e/browsers/reference.js"), join(consumer.folder, "reference.js"));
  project.provide("site", consumer.folder);
  return async () => {
    await consumer[Symbol.asyncDispose]();
    await rm(packing, { recursive: true, force: true });
  };
}
