import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Measure, Row } from "../measure.ts";
import { runClient } from "../processes/child.ts";

const source = fileURLToPath(new URL("../../core/src/protocol/decode.ts", import.meta.url));

/** What validation adds to parsing. `decode` is not exported, so it is bundled from its source. */
export const decode: Measure = async ({ full, progress }) => {
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-bench-"));
  const bundle = join(folder, "decode.mjs");
  const rounds = full ? 201 : 21;
  try {
    await build({ entryPoints: [source], outfile: bundle, bundle: true, format: "esm", target: "es2022" });
    const rows: Row[] = [];
    for (const words of [5, 30, 100]) {
      progress(`decode: ${words} words`);
      const { parse = Number.NaN, validated = Number.NaN } = await runClient(undefined, {
        task: "decode",
        bundle,
        words,
        rounds,
      });
      const figure = `Parse and validate a Turn of ${words} words (bare: \`JSON.parse\`)`;
      rows.push({ figure, unit: "µs", bare: [parse], ours: [validated], goal: "≤ 1.25 × bare" });
    }
    return {
      rows,
      notes: [`Decode: medians of ${rounds} rounds on 200 different texts, both in turns, in a process of its own.`],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
};
