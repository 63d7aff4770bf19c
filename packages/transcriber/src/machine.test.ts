import { expect, test } from "vitest";
import { type Effect, type Input, type Phase, type Step, statusOf, table } from "./machine.ts";

/** What there is outside of the table. */
interface World {
  readonly capture: "none" | "opening" | "live" | "hushed" | "ended";
  readonly session: "none" | "connecting" | "open" | "reconnecting";
  /** Whether the session was asked to end. */
  readonly closing: boolean;
  /** Whether a source is kept, to be opened. */
  readonly kept: boolean;
}

type Place = World & { readonly phase: Phase };

const calls: readonly Input[] = ["start", "stop", "abort", "pause", "resume"];
const nowhere: Place = { phase: "idle", capture: "none", session: "none", closing: false, kept: false };

/** What may happen by itself. */
function reports({ capture, session }: World): Input[] {
  const possible: Input[] = [];
  if (capture === "opening") possible.push("opened", "failed");
  if (session === "none") return possible;
  if (capture === "live" || capture === "hushed") possible.push("sourceEnded", "sourceFailed");
  if (session === "open") possible.push("dropped");
  else possible.push("connected");
  possible.push("ended", "failed");
  return possible;
}

function happened(world: World, input: Input): World {
  switch (input) {
    case "opened":
      return { ...world, capture: "live" };
    case "sourceEnded":
    case "sourceFailed":
      return { ...world, capture: "ended" };
    case "connected":
      return { ...world, session: "open" };
    case "dropped":
      return { ...world, session: "reconnecting" };
    case "ended":
      return { ...world, session: "none", closing: false };
    case "failed":
      return {
        ...world,
        session: "none",
        closing: false,
        capture: world.capture === "opening" ? "none" : world.capture,
      };
    default:
      return world;
  }
}

/** The world after an effect; throws if the effect may not happen in it. */
function done(world: World, effect: Effect): World {
  const must = (holds: boolean) => {
    if (!holds) throw new Error(`${effect} with ${JSON.stringify(world)}`);
  };
  switch (effect) {
    case "open":
      must(world.capture === "none" && world.session === "none");
      return { ...world, capture: "opening", kept: true };
    case "connect":
      must(world.capture === "live" && world.session === "none" && world.kept);
      return { ...world, session: "connecting" };
    case "hush":
      must(world.capture === "live");
      return { ...world, capture: "hushed" };
    case "close":
      must(world.capture === "ended" && world.session !== "none");
      return { ...world, closing: true };
    case "drop":
      return { ...world, capture: "none", session: "none", closing: false };
    case "forget":
      return { ...world, kept: false };
  }
}

function next({ phase, ...world }: Place, input: Input): Place {
  const [to, ...effects]: Step = table[phase][input] ?? [phase];
  return { phase: to, ...effects.reduce(done, happened(world, input)) };
}

/** Every place that calls and reports in any order lead to, with the inputs on the way. */
function reachable(): { place: Place; path: readonly Input[] }[] {
  const found = new Map([[JSON.stringify(nowhere), { place: nowhere, path: [] as readonly Input[] }]]);
  for (const { place, path } of found.values())
    for (const input of [...calls, ...reports(place)]) {
      const to = next(place, input);
      const key = JSON.stringify(to);
      if (!found.has(key)) found.set(key, { place: to, path: [...path, input] });
    }
  return [...found.values()];
}

const places = reachable();

test("every phase and every step of the table is reached, and no effect happens out of order", () => {
  const phases = new Set(places.map(({ place }) => place.phase));
  expect([...phases].sort()).toEqual(Object.keys(table).sort());
  const used = new Set(
    places.flatMap(({ place }) => [...calls, ...reports(place)].map((input) => `${place.phase} ${input}`)),
  );
  const written = Object.entries(table).flatMap(([phase, steps]) =>
    Object.keys(steps).map((input) => `${phase} ${input}`),
  );
  expect(written.filter((step) => !used.has(step))).toEqual([]);
});

test("a report that may come is never ignored, unless it changes nothing", () => {
  const ignored = places.flatMap(({ place, path }) =>
    reports(place)
      .filter((input) => !table[place.phase][input])
      .map((input) => `${place.phase}: ${input} after ${path.join(", ")}`),
  );
  // A connection that comes and goes while the last words are sent.
  expect(
    ignored.filter((line) => !/^(stopping|pausing|restarting|failing|listening): (connected|dropped) /.test(line)),
  ).toEqual([]);
});

test.each<[string, (place: Place) => boolean]>([
  ["idle: nothing is open or kept", ({ phase, ...world }) => phase !== "idle" || (isDark({ ...world }) && !world.kept)],
  [
    "failed: nothing is open or kept",
    ({ phase, ...world }) => phase !== "failed" || (isDark({ ...world }) && !world.kept),
  ],
  ["paused: nothing is open", ({ phase, ...world }) => phase !== "paused" || isDark({ ...world })],
  ["opening: no session yet", ({ phase, session }) => phase !== "opening" || session === "none"],
  [
    "listening, connecting and reconnecting: the source is heard, and the session is as it is said",
    ({ phase, capture, session }) =>
      !["listening", "connecting", "reconnecting"].includes(phase) ||
      (capture === "live" && session === (phase === "listening" ? "open" : phase)),
  ],
  [
    "shown as finishing: nothing is heard any more",
    ({ phase, capture }) => statusOf(phase) !== "finishing" || capture === "hushed" || capture === "ended",
  ],
  [
    "shown as finishing: the session ends once all audio is there",
    ({ phase, capture, closing }) => statusOf(phase) !== "finishing" || closing === (capture === "ended"),
  ],
])("%s", (_, holds) => {
  expect(places.filter(({ place }) => !holds(place))).toEqual([]);
});

function isDark({ capture, session }: World): boolean {
  return capture === "none" && session === "none";
}

test("from everywhere, a stop turns the source off at once and leads to rest without another call", () => {
  for (const { place, path } of places) {
    let now = next(place, "stop");
    const story = `${path.join(", ")}, stop`;
    expect(["none", "hushed", "ended"], story).toContain(now.capture);
    expect(now.kept && now.phase !== "failing", story).toBe(false);
    for (const input of ["sourceEnded", "connected", "ended"] as const)
      if (reports(now).includes(input)) now = next(now, input);
    expect(["idle", "failed"], story).toContain(now.phase);
  }
});

test("from everywhere, an abort is at rest at once", () => {
  for (const { place, path } of places) {
    const now = next(place, "abort");
    expect(["idle", "failed"], path.join(", ")).toContain(now.phase);
    expect(isDark(now)).toBe(true);
  }
});

test("from everywhere, a start leads to listening without another call", () => {
  for (const { place, path } of places) {
    let now = next(place, "start");
    const follow = (input: Input, phase: Phase) => {
      if (now.phase === phase && reports(now).includes(input)) now = next(now, input);
    };
    follow("sourceEnded", "restarting");
    follow("ended", "restarting");
    follow("opened", "opening");
    follow("connected", "connecting");
    follow("connected", "reconnecting");
    expect(now.phase, `${path.join(", ")}, start`).toBe("listening");
  }
});
