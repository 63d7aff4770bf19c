import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import type { Emulator, Fault, SessionAction } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectOptions } from "voxpipe";
import { fastClock } from "./fast-clock.ts";
import { connect, ObservedSession, type Outcomes, watchRejections } from "./observed-session.ts";
import { turn, until } from "./settles.ts";

const rejections = watchRejections();
const resources = () =>
  process.getActiveResourcesInfo().filter((kind) => kind !== "Timeout" && kind !== "Immediate").length;
let resourcesBefore = 0;
beforeAll(() => {
  resourcesBefore = resources();
});
afterAll(async () => {
  await turn();
  rejections.stop();
  expect(rejections.seen).toEqual([]);
  await until("sockets to be gone", () => resources() <= resourcesBefore);
});

/** Connections of their own are refused: nothing listens on a port that was just given back. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

interface Failure {
  readonly name: string;
  readonly faults?: readonly Fault[];
  readonly options?: Partial<ConnectOptions>;
  /** How the session ends: `resolved`, or an error's code. */
  readonly ends: string;
  readonly fast?: boolean;
  readonly retryable?: boolean;
}

const brief = { connectTimeout: 300 };

/** Ways to fail before Begin. No `opened`: all of it fails with one and the same error. */
const beforeBegin: readonly Failure[] = [
  { name: "DNS failure", options: { apiHost: "ws://nonexistent.invalid" }, ends: "connection-failed" },
  {
    name: "HTTP 401 at the handshake",
    faults: [{ when: "connect", do: { refuse: 401 } }],
    ends: "unauthorized",
    retryable: false,
  },
  { name: "HTTP 503 at the handshake", faults: [{ when: "connect", do: { refuse: 503 } }], ends: "handshake-rejected" },
  { name: "a hang before 101", faults: [{ when: "connect", do: "hang" }], options: brief, ends: "connect-timeout" },
  { name: "a drop before 101", faults: [{ when: "connect", do: "drop" }], ends: "connection-failed" },
  { name: "a reset before 101", faults: [{ when: "connect", do: "reset" }], ends: "connection-failed" },
  { name: "a hang before Begin", faults: [{ when: "open", do: "hang" }], options: brief, ends: "connect-timeout" },
  {
    name: "half-open before Begin",
    faults: [{ when: "open", do: "half-open" }],
    options: brief,
    ends: "connect-timeout",
  },
  {
    name: "a token provider that throws",
    options: {
      token: () => {
        throw new Error("No server");
      },
    },
    ends: "token-failed",
  },
  {
    name: "a token provider that rejects with nothing",
    options: { token: () => Promise.reject(undefined) },
    ends: "token-failed",
  },
  {
    name: "a token provider that throws an object without a prototype",
    options: { token: () => Promise.reject(Object.create(null)) },
    ends: "token-failed",
  },
  {
    name: "a token provider that hangs",
    options: { ...brief, token: () => new Promise<string>(() => {}) },
    ends: "connect-timeout",
  },
  ...[undefined, null, 7, "", {}].map(
    (nonsense): Failure => ({
      name: `a token provider that returns ${JSON.stringify(nonsense)}`,
      options: { token: () => JSON.parse(JSON.stringify({ nonsense })).nonsense },
      ends: "token-failed",
      retryable: false,
    }),
  ),
  ...[
    [1000, "server-error"],
    [1008, "unauthorized"],
    [1011, "server-error"],
    [3006, "invalid-message"],
  ].map(
    ([close, ends]): Failure => ({
      name: `close ${close} before Begin`,
      faults: [{ when: "open", do: { close: Number(close) } }],
      ends: String(ends),
    }),
  ),
  {
    name: "close 3009 before Begin, without the retries, which wait for the limit to grow",
    faults: [{ when: "open", do: { close: 3009 } }],
    options: { maxConnectionRetries: 0 },
    ends: "too-many-sessions",
  },
  { name: "a drop before Begin (1006)", faults: [{ when: "open", do: "drop" }], ends: "connection-lost" },
  ...[true, false].flatMap((typed) =>
    [true, false].map(
      (close): Failure => ({
        name: `Error ${typed ? "with" : "without"} type before Begin, ${close ? "then" : "without"} close`,
        faults: [{ when: "open", do: { error: 3006, typed, close } }],
        ends: "invalid-message",
        retryable: false,
      }),
    ),
  ),
  {
    name: "Error without type or close before Begin from a peer that never answers the closing handshake",
    faults: [
      { when: "open", do: { error: 1011, typed: false, close: false } },
      { when: "open", do: "half-open" },
    ],
    ends: "server-error",
  },
];

/** Ways to fail after Begin, where no new connection is wanted. */
const afterBegin: readonly { name: string; action: SessionAction; ends: string; fast?: boolean }[] = [
  { name: "a drop", action: "drop", ends: "connection-lost" },
  { name: "a reset", action: "reset", ends: "connection-lost" },
  { name: "close 1000 unasked", action: { close: 1000 }, ends: "connection-lost" },
  { name: "close 1008", action: { close: 1008 }, ends: "unauthorized" },
  { name: "close 1011", action: { close: 1011 }, ends: "server-error" },
  { name: "Error with type, then close", action: { error: 3005 }, ends: "server-error" },
  { name: "Error without type, then close", action: { error: 3005, typed: false }, ends: "server-error" },
  { name: "Error with type and no close", action: { error: 3007, close: false }, ends: "audio-rejected" },
  {
    name: "Error without type and no close",
    action: { error: 3007, typed: false, close: false },
    ends: "audio-rejected",
  },
  { name: "expiry", action: "expire", ends: "session-expired" },
  { name: "half-open", action: "half-open", ends: "connection-stalled", fast: true },
  { name: "a stall", action: "stall", ends: "connection-stalled", fast: true },
];

/** Everything failed with the session's own error, or had come out well before. */
function expectAll(outcomes: Outcomes, ends: string): void {
  const failed = ends === "resolved" ? "session-ended" : ends;
  expect(outcomes).toMatchObject({ closed: ends, "close()": ends, dispose: "resolved" });
  for (const [name, outcome] of Object.entries(outcomes))
    if (!["closed", "close()", "dispose"].includes(name))
      expect([name, outcome]).toEqual([
        name,
        expect.toSatisfy((was) => ["resolved", failed, "session-ended"].includes(was)),
      ]);
}

describe.concurrent("before Begin, every promise settles and names the failure:", () => {
  test.for(beforeBegin.map((failure) => [failure.name, failure] as const))("%s", async ([, failure], { expect }) => {
    await using emulator = await startEmulator({ faults: failure.faults ?? [] });
    const options = { apiHost: emulator.url, maxConnectionRetries: 1, ...failure.options };
    const observed = new ObservedSession(connect({ ...options, apiKey: options.token ? undefined : "example" }));
    expect(observed.session.state).toBe("connecting");
    const outcomes = await observed.outcomes();
    expectAll(outcomes, failure.ends);
    expect(outcomes.opened).toBe(failure.ends);
    expect(outcomes.events).toBe(failure.ends);
    expect(outcomes["writer.closed"]).toBe(failure.ends);
    expect(outcomes.keepAlive).toBe(failure.ends);
    expect(observed.events).toEqual([]);
    if (failure.retryable === false) expect(emulator.sessions.length).toBeLessThanOrEqual(1);
  });

  test("connection refused", async ({ expect }) => {
    const apiHost = `ws://127.0.0.1:${await closedPort()}`;
    const outcomes = await new ObservedSession(connect({ apiHost })).outcomes();
    expectAll(outcomes, "connection-failed");
    expect(outcomes.opened).toBe("connection-failed");
  });
});

describe.concurrent("after Begin, every promise settles, and events are read before the error:", () => {
  const cases = afterBegin.flatMap((failure) =>
    [true, false].map(
      (reads) => [`${failure.name}, events read ${reads ? "at once" : "late"}`, failure, reads] as const,
    ),
  );
  test.for(cases)("%s", async ([, { action, ends, fast }, reads], { expect }) => {
    await using emulator = await startEmulator({
      faults: [
        { when: { audioMs: 100 }, do: { send: { type: "Warning", warning: "just before" } } },
        { when: { audioMs: 100 }, do: action },
      ],
    });
    const session = connect({ apiHost: emulator.url, reconnect: false }, fast ? { clock: fastClock(20) } : {});
    const observed = new ObservedSession(session, reads);
    const outcomes = await observed.outcomes();
    expectAll(outcomes, ends);
    expect(outcomes.opened).toBe("resolved");
    expect(outcomes.events).toBe(ends);
    expect(observed.events.map((event) => event.type).slice(0, 2)).toEqual(["Begin", "Warning"]);
  });

  test("no Termination", async ({ expect }) => {
    await using emulator = await startEmulator({ faults: [{ when: "terminate", do: "no-termination" }] });
    const observed = new ObservedSession(connect({ apiHost: emulator.url, terminationTimeout: 100 }), false);
    observed.add("close()", observed.session.close());
    const outcomes = await observed.outcomes();
    expectAll(outcomes, "termination-timeout");
    expect(observed.events[0]?.type).toBe("Begin");
  });

  test("retries of a lost connection that never succeed end with its error", async ({ expect }) => {
    await using emulator = await startEmulator({
      faults: [
        { when: "connect", do: { refuse: 503 }, session: ({ index }) => index > 0 },
        { when: { audioMs: 100 }, do: "drop", session: 0 },
      ],
    });
    const options = { apiHost: emulator.url, reconnect: { maxAttempts: 3, maxDelay: 1 } };
    const observed = new ObservedSession(connect(options));
    expectAll(await observed.outcomes(), "handshake-rejected");
    expect(observed.events.map((event) => event.type)).toEqual(["Begin", ...Array(3).fill("Reconnecting")]);
  });
});

const states = ["connecting", "before Begin", "awaiting a token", "open", "reconnecting", "closing", "closed"] as const;
type State = (typeof states)[number];

/** A session that is in a state and stays there until something ends it. Only the peer's silence runs out, and soon. */
async function inState(state: State, emulator: Emulator, signal: AbortSignal, end = ""): Promise<ObservedSession> {
  const { url } = emulator;
  const waits = !["open", "closing", "closed"].includes(state) && !ways[end]?.includes("aborted");
  const timeouts = {
    connectTimeout: waits ? 1_500 : 60_000,
    terminationTimeout: state === "closing" ? 200 : 60_000,
  };
  const stays = { apiHost: url, signal, ...timeouts, maxConnectionRetries: 0 };
  if (state === "awaiting a token")
    return new ObservedSession(connect({ ...stays, apiKey: undefined, token: () => new Promise<string>(() => {}) }));
  if (state === "connecting") emulator.addFaults([{ when: "connect", do: "hang" }]);
  if (state === "before Begin") emulator.addFaults([{ when: "open", do: "hang" }]);
  if (state === "reconnecting")
    emulator.addFaults([
      { when: "begin", do: "drop", session: 0 },
      { when: "connect", do: "hang", session: ({ index }) => index > 0 },
    ]);
  if (state === "closing") emulator.addFaults([{ when: "terminate", do: "no-termination" }]);
  const observed = new ObservedSession(
    connect({ ...stays, ...(state === "reconnecting" && { reconnect: { maxAttempts: 1 } }) }),
  );
  const { session } = observed;
  if (state === "before Begin" || state === "connecting") {
    await until("the request", () => emulator.sessions.length > 0);
    return observed;
  }
  await session.opened;
  if (state === "reconnecting") await until("the drop", () => session.state === "reconnecting");
  if (state === "closing") observed.add("close()", session.close());
  if (state === "closed") session.abort();
  expect(session.state).toBe(state);
  return observed;
}

type End = (observed: ObservedSession, controller: AbortController) => void;

const ends: Readonly<Record<string, End>> = {
  "close()": (observed) => observed.add("close()", observed.session.close()),
  "abort()": (observed) => observed.session.abort(),
  "an aborted signal": (_, controller) => controller.abort(),
  "cancel of events": (observed) => observed.add("cancel", observed.cancel()),
  "writer.close()": (observed) => observed.add("writer.close", observed.writer.close()),
  "writer.abort()": (observed) => observed.add("writer.abort", observed.writer.abort(new Error("no microphone"))),
  asyncDispose: (observed) => observed.add("dispose", observed.session[Symbol.asyncDispose]()),
};

/** How a session that someone ended may fail, besides ending well. */
const ways: Readonly<Record<string, readonly string[]>> = {
  "abort()": ["aborted"],
  "an aborted signal": ["aborted"],
  "writer.abort()": ["audio-failed"],
};

describe.concurrent("every promise settles, no listener stays, however the session is ended:", () => {
  const cases = states.flatMap((state) =>
    Object.entries(ends).flatMap(([name, end]) =>
      ["once", "twice"].map((times) => [`${name} ${times} while ${state}`, state, name, end, times] as const),
    ),
  );
  test.for(cases)("%s", async ([, state, name, end, times], { expect }) => {
    await using emulator = await startEmulator();
    const controller = new AbortController();
    const observed = await inState(state, emulator, controller.signal, name);
    end(observed, controller);
    if (times === "twice") end(observed, controller);
    const outcomes = await observed.outcomes();
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(observed.session.state).toBe("closed");
    // What the peer does in the meantime ends some of them otherwise.
    const peer = { closing: "termination-timeout", closed: "aborted" }[String(state)] ?? "connect-timeout";
    expect(["resolved", peer, ...(ways[name] ?? [])]).toContain(outcomes.closed);
    if (state === "open") expect(outcomes.closed).toBe(ways[name]?.[0] ?? "resolved");
    if (ways[name]?.includes("aborted") && state !== "closed") expect(outcomes.closed).toBe("aborted");
    await Promise.all(emulator.sessions.map((session) => session.ended));
  });

  test.for(states)("all of them at the same time, while %s", async (state, { expect }) => {
    for (const order of [Object.values(ends), Object.values(ends).reverse()]) {
      await using emulator = await startEmulator();
      const controller = new AbortController();
      const observed = await inState(state, emulator, controller.signal);
      for (const end of order) end(observed, controller);
      await observed.outcomes();
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      expect(observed.session.state).toBe("closed");
    }
  });
});

describe("a signal", () => {
  test("aborted before connect ends the session before anything is sent", async () => {
    await using emulator = await startEmulator();
    const signal = AbortSignal.abort(new Error("too late"));
    const observed = new ObservedSession(connect({ apiHost: emulator.url, signal }));
    const outcomes = await observed.outcomes();
    expectAll(outcomes, "aborted");
    expect(outcomes.opened).toBe("aborted");
    expect(emulator.sessions).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("aborted after the end changes nothing", async () => {
    await using emulator = await startEmulator();
    const controller = new AbortController();
    const { session } = new ObservedSession(connect({ apiHost: emulator.url, signal: controller.signal }));
    const summary = await session.close();
    controller.abort();
    expect(await session.closed).toBe(summary);
  });

  test("shared by sessions keeps no listener of any", async () => {
    await using emulator = await startEmulator();
    const { signal } = new AbortController();
    const sessions = Array.from({ length: 9 }, () => connect({ apiHost: emulator.url, signal }));
    await Promise.all(sessions.map((session) => session.close()));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

test("a failing session still reports an error that arrives with its close, once", async () => {
  await using emulator = await startEmulator({
    faults: [{ when: "begin", do: { error: 3006, text: "Invalid 'prompt'" } }],
  });
  const { session } = new ObservedSession(connect({ apiHost: emulator.url }));
  await expect(session.closed).rejects.toMatchObject({ code: "invalid-message", closeCode: 3006, retryable: false });
  await expect(session.close()).rejects.toThrow("Invalid 'prompt'");
});
