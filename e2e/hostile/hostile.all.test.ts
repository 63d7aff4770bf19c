import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { root } from "../workspace.ts";
import { attack } from "./attack.ts";
import { attacks } from "./attacks.ts";

/** Beyond what an idle session takes, in MB: the queue of events and a message of the largest size, as text and parsed. */
const mostMb = 120;

let folder: string;
let client: string;

beforeAll(async () => {
  folder = await mkdtemp(join(inject("installed"), "hostile-"));
  client = join(folder, "client.js");
  await build({
    entryPoints: [join(root, "e2e/hostile/client.ts")],
    outfile: client,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    packages: "external",
    tsconfigRaw: {},
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a hostile service cannot kill a client, fill its memory or keep its session", () => {
  test.each(attacks)("$name", { timeout: 120_000 }, async (each) => {
    // Those that have to end are waited for; the others are watched for a while.
    const cost = await attack(each, client, each.ends ? 30 : 4);
    if ("died" in cost) expect.fail(`The client died: ${cost.died}`);
    expect(cost.rssMb).toBeLessThan(mostMb);
    if (each.ends) expect(cost.outcome).not.toBe("still open");
  });
});
