import { expect, test } from "vitest";
import { cells } from "../scripts/attribution/cells.ts";
import { score } from "../scripts/attribution/score.ts";

const words = 80;

/** A few cells of the table in the README, with shorter calls. */
const few = cells.filter(
  ({ channels, overlap, crosstalk, edges }) =>
    edges === "live" && crosstalk === -20 && overlap !== 0.1 && (channels.length === 2 || overlap > 0),
);

test.each(few)(
  "$channels.length channels, overlap $overlap, crosstalk $crosstalk dB: who said a word is found",
  async (cell) => {
    const separate = await score("separate", cell, words);
    const mixed = await score("mixed", cell, words);
    const vendor = await score("assemblyai", cell, words);
    // It takes two channels only.
    expect(vendor === undefined).toBe(cell.channels.length > 2);
    const shareOf = (result: typeof mixed) => (result ? result.right / result.words : 0);
    expect(shareOf(separate)).toBe(1);
    expect(shareOf(mixed)).toBeGreaterThanOrEqual(cell.overlap === 0 ? 0.98 : 0.93);
    expect(shareOf(mixed)).toBeGreaterThanOrEqual(shareOf(vendor));
  },
);
