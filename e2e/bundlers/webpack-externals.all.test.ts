import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { expect, inject, test } from "vitest";
import { run } from "../run.ts";
import { writeApp } from "./apps.ts";
import { bundleWithWebpack } from "./bundlers.ts";

test("without the externals of the README, webpack warns of just these two, and the build works all the same", async () => {
  const folder = join(inject("installed"), "bundled/webpack-as-it-comes");
  await mkdir(folder, { recursive: true });
  const app = await writeApp("transcribe.js", inject("installed"));
  const { warnings, file } = await bundleWithWebpack(app, "node", folder, {});
  const missing = warnings.map(
    (warning) => /Can't resolve '([^']+)' in '.*\/node_modules\/ws\/lib'/.exec(warning)?.[1],
  );
  expect(missing.toSorted()).toEqual(["bufferutil", "utf-8-validate"]);
  await using emulator = await startEmulator(exact);
  expect((await run(process.execPath, [file, emulator.url], { cwd: dirname(file) })).trim()).toBe("one two");
});
