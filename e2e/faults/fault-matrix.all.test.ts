import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { root } from "../workspace.ts";
import { matrixPage } from "./matrix-page.ts";
import { type Meeting, meet, said } from "./meet.ts";
import { scenarios } from "./scenarios.ts";

const meetings: Meeting[] = [];

beforeAll(async () => {
  // A few at a time: most of each is waiting.
  const waiting = scenarios.map((scenario, index) => ({ scenario, index }));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      meetings[next.index] = await meet(next.scenario);
  };
  await Promise.all(Array.from({ length: 6 }, work));
});

test.each(scenarios.map((scenario, index) => ({ ...scenario, index })))(
  "$fault, $what: nothing is lost without an error, and nothing repeated",
  ({ index }) => {
    const meeting = meetings[index] ?? expect.fail();
    const { error, settled, audioLostMs, audioSentMs, lostMsTold, wordsLost, wordsRepeated, wordsUnread } = meeting;
    expect({ settled, wordsRepeated, wordsUnread }).toEqual({ settled: true, wordsRepeated: 0, wordsUnread: 0 });
    const [figures, events] = lostMsTold;
    expect(events).toBe(0);
    // Every word is 10 ms of audio: what is missing was sent or heard too early, and is counted if the session failed.
    if (error === undefined) expect(figures).toBe(0);
    else expect(figures).toBeGreaterThanOrEqual(wordsLost * 10 - (said.audioMs - audioSentMs));
    expect(audioSentMs).toBeGreaterThanOrEqual(said.audioMs - audioLostMs);
    expect(audioSentMs).toBeLessThanOrEqual(said.audioMs);
    if (error === undefined) expect({ audioLostMs, wordsLost }).toEqual({ audioLostMs: 0, wordsLost: 0 });
    if (error === undefined) expect(audioSentMs).toBe(said.audioMs);
  },
);

test("the documentation has the table of this run", async () => {
  await expect(matrixPage(meetings)).toMatchFileSnapshot(join(root, "packages/emulator/docs/fault-matrix.md"));
});
