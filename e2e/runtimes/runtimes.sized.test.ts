import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { apiKey, expectations, faults, sessionsOf } from "./expectations.ts";
import { buildPrograms, type Programs } from "./programs.ts";
import { runtimes } from "./runtimes.ts";
import { behaviours, type Seen } from "./suite.ts";
import { startTripwire, type Tripwire } from "./tripwire.ts";
import { startWitness } from "./witness.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms(inject("installed"));
}, 60_000);

test("every behaviour of the suite is judged", () => {
  expect(Object.keys(expectations).toSorted()).toEqual([...Object.keys(behaviours), "entry"].toSorted());
});

test("the server that nothing may reach does count what reaches it", async () => {
  await using tripwire = await startTripwire();
  await expect(fetch(tripwire.url.replace("ws", "http"))).rejects.toThrow();
  expect(tripwire.connections()).toBe(1);
});

describe.each(runtimes)("$name", (runtime) => {
  let emulator: Emulator;
  let untouched: Tripwire;
  const seen = new Map<unknown, Seen>();

  beforeAll(async () => {
    emulator = await startEmulator({ apiKeys: [apiKey], faults });
    untouched = await startTripwire();
    await using witness = await startWitness(emulator);
    for (const line of await runtime.run(programs, {
      apiHost: emulator.url,
      apiKey,
      untouched: untouched.url,
      witness: witness.url,
      tellsBuffered: runtime.tellsBuffered,
    })) {
      const { behaviour, ...what }: Seen = JSON.parse(line);
      seen.set(behaviour, what);
    }
  }, 90_000);
  afterAll(async () => {
    await untouched?.[Symbol.asyncDispose]();
    await emulator?.close();
  });

  test.each(Object.entries(expectations))("%s", (behaviour, expectation) => {
    const what = seen.get(behaviour);
    if (what === undefined) throw new Error("The runtime did not report this behaviour.");
    expect(what.threw).toBeUndefined();
    expectation(what, emulator.sessions.filter(sessionsOf(behaviour)), runtime);
  });

  test("a key that is refused in browsers made no connection", () => {
    expect(seen.get("apiKey refused in browsers")?.code).toBe("api-key-in-browser");
    // The suite has ended long since: a packet that had left would be here.
    expect(untouched.connections()).toBe(0);
  });
});
