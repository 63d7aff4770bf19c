import { cases } from "@voxpipe/testing";
import { expect, test } from "vitest";
import { runSessions } from "./session-model/run.ts";

/** `VOXPIPE_SEED=7 VOXPIPE_INPUTS=1` runs the session of seed 7 again. */
const firstSeed = Number(process.env.VOXPIPE_SEED ?? 1);
const wanted = Number(process.env.VOXPIPE_INPUTS ?? cases(40_000, 1_000_000));

test(`over ${wanted} random inputs a session loses nothing without a word, leaves nothing behind, and ends`, () => {
  const started = performance.now();
  const { inputs, sessions, failure } = runSessions(firstSeed, wanted);
  if (failure) expect.fail(failure);
  const aMinute = Math.round((inputs / (performance.now() - started)) * 60_000);
  console.info(`${inputs} inputs in ${sessions} sessions, ${aMinute} a minute`);
});
