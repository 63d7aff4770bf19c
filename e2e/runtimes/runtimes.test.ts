import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { apiKey, expectations, faults, sessionsOf } from "./expectations.ts";
import { buildPrograms, type Programs } from "./programs.ts";
import { runtimes } from "./runtimes.ts";
import { behaviours, type Seen } from "./suite.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms(inject("installed"));
}, 60_000);

test("every behaviour of the suite is judged", () => {
  expect(Object.keys(expectations).toSorted()).toEqual([...Object.keys(behaviours), "entry"].toSorted());
});

describe.each(runtimes)("$name", (runtime) => {
  let emulator: Emulator;
  const seen = new Map<unknown, Seen>();

  beforeAll(async () => {
    emulator = await startEmulator({ apiKeys: [apiKey], faults });
    for (const line of await runtime.run(programs, {
      apiHost: emulator.url,
      apiKey,
      tellsBuffered: runtime.tellsBuffered,
    })) {
      const { behaviour, ...what }: Seen = JSON.parse(line);
      seen.set(behaviour, what);
    }
  }, 90_000);
  afterAll(() => emulator?.close());

  test.each(Object.entries(expectations))("%s", (behaviour, expectation) => {
    const what = seen.get(behaviour);
    if (what === undefined) throw new Error("The runtime did not report this behaviour.");
    expect(what.threw).toBeUndefined();
    expectation(what, emulator.sessions.filter(sessionsOf(behaviour)), runtime);
  });
});
