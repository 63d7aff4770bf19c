import type { Emulator, SessionAction } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { blockBytes, type HeardBlock, watermarkEngine, watermarked } from "@voxpipe/testing/watermark";
import fc from "fast-check";
import { expect, test } from "vitest";
import { StreamingClient } from "voxpipe";
import { watchRejections } from "./observed-session.ts";
import { settles } from "./settles.ts";

/** What is known of the client without looking at it. */
interface Model {
  connected: boolean;
  /** `disconnect` was called from outside. */
  ended: boolean;
  /** It may have been called from a handler. */
  mayEnd: boolean;
  /** A connection was broken, or `disconnect` was called without `terminate`. */
  hurt: boolean;
}

interface Call {
  readonly name: string;
  readonly outcome: Promise<string>;
  readonly expected: readonly string[];
  /** Numbers of the blocks of audio that were given. */
  readonly blocks?: readonly number[];
}

interface Real {
  readonly emulator: Emulator;
  readonly heard: readonly HeardBlock[][];
  readonly client: StreamingClient;
  readonly calls: Call[];
  readonly errors: string[];
  readonly uncaught: string[];
  blocks: number;
}

type Command = fc.AsyncCommand<Model, Real>;

/** A step that is possible at any moment. */
function step(name: string, run: (model: Model, real: Real) => void | Promise<void>): Command {
  return { check: () => true, run: async (model, real) => await run(model, real), toString: () => name };
}

const chunked = {
  bytes: (bytes: Uint8Array) => bytes,
  array: (bytes: Uint8Array) => [...pieces(bytes)],
  generator: (bytes: Uint8Array) => pieces(bytes),
  "async generator": async function* (bytes: Uint8Array) {
    for (const piece of pieces(bytes)) {
      await new Promise((resolve) => setImmediate(resolve));
      yield piece;
    }
  },
  ReadableStream: (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)]).stream(),
};

function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
}

/** How a connection attempt may end that was broken, or that a later call ended. */
const ends = ["aborted", "session-ended", "connection-failed", "connection-lost", "server-error"];

const connecting = step("connect", (model, real) => {
  const expected = model.connected ? ["wrong-state"] : ["resolved", ...ends];
  model.connected = true;
  real.calls.push({ name: "connect", outcome: settles("connect", real.client.connect()), expected });
});

const stream = (shape: string, count: number) =>
  step(`stream(${shape} of ${count}0 ms)`, (model, real) => {
    const speech = Array.from({ length: real.blocks + count }, (_, block) => block % 40 < 30);
    const bytes = watermarked(speech).subarray(real.blocks * blockBytes);
    const make = Object.entries(chunked).find(([name]) => name === shape)?.[1] ?? chunked.bytes;
    const given = model.connected && !model.ended;
    const blocks = given ? Array.from({ length: count }, (_, i) => real.blocks + i) : [];
    if (given) real.blocks += count;
    const expected = !model.connected ? "wrong-state" : model.ended ? "session-ended" : undefined;
    real.calls.push({
      name: `stream(${shape})`,
      outcome: settles("stream", real.client.stream(make(bytes))),
      expected: expected ? [expected] : ["resolved", "session-ended"],
      blocks,
    });
  });

const streaming = fc
  .tuple(fc.constantFrom(...Object.keys(chunked)), fc.oneof(fc.constant(0), fc.nat({ max: 150 })))
  .map(([shape, count]) => stream(shape, count));

const controls = ["setParams", "forceEndpoint", "keepAlive"] as const;

const controlling = fc.constantFrom(...controls).map((name) =>
  step(name, (model, real) => {
    const call = name === "setParams" ? real.client.setParams({ minTurnSilence: 100 }) : real.client[name]();
    const expected = [model.connected ? "resolved" : "wrong-state"];
    real.calls.push({ name, outcome: settles(name, call), expected });
  }),
);

const disconnecting = fc.boolean().map((terminate) =>
  step(`disconnect(${terminate})`, (model, real) => {
    const call = real.client.disconnect({ terminate });
    real.calls.push({ name: "disconnect", outcome: settles("disconnect", call), expected: ["resolved"] });
    if (!model.connected) return;
    model.ended = true;
    model.hurt ||= !terminate;
  }),
);

const handling = fc.constantFrom("Begin", "Turn", "Termination", "Reconnected").chain((type) =>
  fc.constantFrom("throws", "rejects", "is slow", "disconnects").map((what) =>
    step(`on(${type}): ${what}`, (model, real) => {
      if (what === "disconnects") model.mayEnd = true;
      real.client.on(type as "Begin", async (client) => {
        if (what === "throws") throw new Error("thrown");
        if (what === "rejects") return Promise.reject(new Error("rejected"));
        if (what === "disconnects") return client.disconnect({ terminate: true });
        return new Promise<void>((resolve) => setTimeout(resolve, 3));
      });
    }),
  ),
);

const breaks: readonly SessionAction[] = ["drop", "reset", { close: 1011 }, { error: 3005 }];

const breakBy = (fault: SessionAction) =>
  step(`break(${JSON.stringify(fault)})`, (model, real) => {
    if (real.emulator.misbehave(real.emulator.sessions.length - 1, fault)) model.hurt = true;
  });

const breaking = fc.constantFrom(...breaks).map(breakBy);

const wait = (ms: number) => step(`${ms} ms pass`, () => new Promise<void>((resolve) => setTimeout(resolve, ms)));

const waiting = fc.integer({ min: 1, max: 15 }).map(wait);

const commands = fc.commands(
  [
    fc.constant(connecting),
    fc.constant(connecting),
    streaming,
    streaming,
    streaming,
    controlling,
    disconnecting,
    handling,
    breaking,
    waiting,
    waiting,
  ],
  { maxCommands: 25 },
);

/** A connection that breaks while audio is sent, which chance may not bring. */
const broken = () => [stream("bytes", 100), wait(15), breakBy("reset"), stream("bytes", 100), wait(15)];

test("for any calls in any order, each call settles as promised, and no audio is missing without an error", {
  timeout: 120_000,
}, async () => {
  const rejections = watchRejections();
  const seen = { heard: 0, failed: 0, reconnected: 0 };
  await fc.assert(
    fc.asyncProperty(commands, fc.nat(3), fc.boolean(), fc.boolean(), async (steps, start, reconnect, listens) => {
      const engine = watermarkEngine();
      await using emulator = await startEmulator({ engine, history: { messages: 0 } });
      const uncaught: string[] = [];
      const client = new StreamingClient({
        apiHost: emulator.url,
        apiKey: "example",
        sampleRate: 16_000,
        pace: false,
        reconnect,
        connectionRetryDelay: 1,
        minTurnSilence: 100,
        endOfTurnConfidenceThreshold: 0,
        onWarning() {},
        onUncaught: (message) => uncaught.push(message),
      });
      const errors: string[] = [];
      if (listens) client.on("Error", (_, error) => errors.push(error.code));
      const real: Real = { emulator, heard: engine.heard, client, calls: [], errors, uncaught, blocks: 0 };
      const model: Model = { connected: false, ended: false, mayEnd: false, hurt: false };
      // Connected, connecting, or neither.
      if (start > 0) await connecting.run(model, real);
      if (start > 1) await real.calls[0]?.outcome;
      await fc.asyncModelRun(() => ({ model, real }), steps);
      expect(await settles("the last disconnect", client.disconnect({ terminate: true }))).toBe("resolved");
      await expectAsPromised(model, real, listens);
      seen.heard += engine.heard.flat().length;
      seen.failed += errors.length;
      seen.reconnected += Number(emulator.sessions.length > 1);
    }),
    {
      numRuns: cases(25, 150, 400),
      examples: [
        [broken(), 3, true, true],
        [broken(), 3, false, true],
      ],
    },
  );
  rejections.stop();
  // The calls that the model says reject with `wrong-state` are all listened to.
  expect(rejections.seen).toEqual([]);
  expect(seen.heard).toBeGreaterThan(0);
  expect(seen.failed).toBeGreaterThan(0);
  expect(seen.reconnected).toBeGreaterThan(0);
});

async function expectAsPromised(model: Model, real: Real, listens: boolean): Promise<void> {
  const unheard = real.uncaught.filter((message) => message.includes("no handler"));
  const failures = [...real.errors, ...unheard];
  expect(failures.length).toBeLessThanOrEqual(1);
  if (!model.hurt) expect(failures).toEqual([]);
  expect(unheard).toEqual(listens ? [] : failures);

  const heard = new Set(real.heard.flat().map(({ number }) => number));
  for (const call of real.calls) {
    const outcome = await call.outcome;
    expect(call.expected, `${call.name} ${outcome}`).toContain(outcome);
    // Only these ends explain audio that is missing, and they are reported.
    const lost = failures.length > 0 || model.hurt || model.mayEnd;
    if (call.blocks && !lost && model.connected)
      expect(outcome).toBe(call.expected.includes("resolved") ? "resolved" : call.expected[0]);
    if (outcome !== "resolved" || !call.blocks || failures.length > 0 || model.hurt) continue;
    expect(
      call.blocks.filter((number) => !heard.has(number)),
      call.name,
    ).toEqual([]);
  }
  for (const blocks of real.heard) {
    const numbers = blocks.map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
}
