import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { apiKey, expectations, expectationsBehindOthers, faults, sessionsOf } from "./expectations.ts";
import { buildPrograms, type Programs } from "./programs.ts";
import { type HttpProxy, startProxy } from "./proxy.ts";
import { type Redirecting, startRedirecting } from "./redirecting.ts";
import { runtimes } from "./runtimes.ts";
import { behaviours, behindOthers, type Seen } from "./suite.ts";
import { startTripwire, type Tripwire } from "./tripwire.ts";
import { startWitness } from "./witness.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms(inject("installed"));
});

test("every behaviour of the suite is judged", () => {
  expect(Object.keys(expectations).toSorted()).toEqual([...Object.keys(behaviours), "entry"].toSorted());
  expect(Object.keys(expectationsBehindOthers)).toEqual(Object.keys(behindOthers));
});

test("the server that nothing may reach does count what reaches it", async () => {
  await using tripwire = await startTripwire();
  await expect(fetch(tripwire.url.replace("ws", "http"))).rejects.toThrow();
  expect(tripwire.connections()).toBe(1);
});

describe.each(runtimes)("$name", (runtime) => {
  let emulator: Emulator;
  let untouched: Tripwire;
  let redirecting: Redirecting;
  let proxy: HttpProxy;
  const seen = new Map<unknown, Seen>();

  beforeAll(async () => {
    emulator = await startEmulator({ ...exact, apiKeys: [apiKey], faults });
    untouched = await startTripwire();
    await using witness = await startWitness(emulator);
    redirecting = await startRedirecting(untouched.url);
    proxy = await startProxy();
    for (const line of await runtime.run(programs, {
      apiHost: emulator.url,
      apiKey,
      untouched: untouched.url,
      witness: witness.url,
      redirecting: redirecting.url,
      proxy: proxy.url,
      tellsBuffered: runtime.tellsBuffered,
    })) {
      const { behaviour, ...what }: Seen = JSON.parse(line);
      seen.set(behaviour, what);
    }
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await redirecting?.[Symbol.asyncDispose]();
    await untouched?.[Symbol.asyncDispose]();
    await emulator?.close();
  });

  test.each(Object.entries({ ...expectations, ...expectationsBehindOthers }))("%s", (behaviour, expectation) => {
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
  test("a redirect takes neither key, visitor's headers nor audio to its target", () => {
    expect(redirecting.requests()).toBe(2);
    expect(untouched.connections()).toBe(0);
  });

  test("a proxy is used by sessions and for tokens if the options agent and proxy take its URL, and otherwise never", () => {
    const target = new URL(emulator.url).host;
    expect(proxy.targets).toEqual(runtime.agent === "proxy URL" ? [target, target, target] : []);
  });
});
