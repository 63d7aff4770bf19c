import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { needing } from "@voxpipe/testing";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faults } from "../scripts/load/faults.ts";
import { load } from "../scripts/load/load.ts";

let programs: string;

beforeAll(async () => {
  // Here, so that they find their packages.
  programs = await mkdtemp(join(import.meta.dirname, ".load-"));
  await build({
    entryPoints: ["server", "publisher", "readers"].map((name) =>
      join(import.meta.dirname, `../scripts/load/${name}.ts`),
    ),
    outdir: programs,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    tsconfig: join(import.meta.dirname, "../../../tsconfig.base.json"),
    logLevel: "error",
  });
});
afterAll(() => rm(programs, { recursive: true, force: true }));

describe("two server processes, a publisher and one Redis", needing("redis-server"), () => {
  const options = { readers: 60, rooms: 3, rate: 10, log: () => {} };

  it("give every reader each final once, in order", { timeout: 200_000 }, async () => {
    const report = await load({ ...options, programs, seconds: 4 });
    expect(report).toMatchObject({ missing: 0, repeated: 0, unordered: 0, reconnects: 0, complaints: [] });
    expect(report.finals).toBeGreaterThan(0);
    expect(report.partials).toBeGreaterThan(0);
  });

  it("do so after a kill of either, Redis restarted and frozen, a cut network; readers that take nothing are gone", {
    timeout: 400_000,
  }, async () => {
    // Frozen and cut for longer than the relay waits for an answer of Redis.
    const times = { down: 500, frozen: 6000, cut: 6000 };
    const bounds = { stallTimeout: 3000, maxConnectionAge: 10_000 };
    const report = await load({ ...options, ...bounds, programs, seconds: 3, faults: times });
    expect(report).toMatchObject({ missing: 0, repeated: 0, unordered: 0, stalled: 6, stillHeld: 0 });
    expect(report.finals).toBeGreaterThan(0);
    expect(report.reconnects).toBeGreaterThan(0);
    expect(report.faults).toHaveLength(faults.length);
    for (const { recovered } of report.faults) expect(recovered).toMatch(/^\d+\.\d s$/);
  });
});
