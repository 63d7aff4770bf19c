import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import * as ponyfill from "web-streams-polyfill";
import { final, silence, turn } from "../../test/messages.ts";
import type { Platform } from "../connection/socket.ts";
import type { StreamingEvent, TurnEvent } from "../protocol/messages.ts";
import { EventQueue } from "./event-queue.ts";

const failure = new Error("the connection broke");

function open(streams: Platform["streams"] = globalThis) {
  const counts = { cancelled: 0, dropped: 0, overflowed: 0 };
  const read: StreamingEvent[] = [];
  const queue = new EventQueue(streams, {
    read: (event) => read.push(event),
    cancelled: async () => {
      counts.cancelled++;
    },
    dropped: () => {
      counts.dropped++;
    },
    overflowed: () => {
      counts.overflowed++;
    },
  });
  return { queue, read, counts, cancellations: () => counts.cancelled };
}

async function everything(queue: EventQueue): Promise<{ events: StreamingEvent[]; error?: unknown }> {
  const events: StreamingEvent[] = [];
  const reader = queue.stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) events.push(next.value);
    return { events };
  } catch (error) {
    return { events, error };
  }
}

const warning = (warning_code: number): StreamingEvent => ({ type: "Warning", warning_code, warning: "" });
/** A message of that size. */
const text = (bytes: number) => "x".repeat(bytes);
const codes = (events: readonly StreamingEvent[]) =>
  events.map((event) => event.type === "Warning" && event.warning_code);

describe("nothing is eaten", () => {
  test("all that came before an error is read before it", async () => {
    const { queue } = open();
    for (const code of [1, 2, 3]) queue.push(warning(code));
    queue.end({ error: failure });
    const { events, error } = await everything(queue);
    expect(codes(events)).toEqual([1, 2, 3]);
    expect(error).toBe(failure);
  });

  test("all that came before the end is read before it, in order, however reads and events interleave", async () => {
    const action = fc.constantFrom("push", "read", "pause");
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), fc.boolean(), async (actions, fails) => {
        const { queue } = open();
        const reader = queue.stream.getReader();
        const reads: Promise<ReadableStreamReadResult<StreamingEvent>>[] = [];
        let pushed = 0;
        for (const what of actions) {
          if (what === "push") queue.push(warning(pushed++));
          else if (what === "read") reads.push(reader.read());
          else await new Promise((resolve) => setImmediate(resolve));
        }
        queue.end(fails ? { error: failure } : {});
        const early = await Promise.all(reads.map((read) => read.catch(() => ({ done: true, value: undefined }))));
        reader.releaseLock();
        const { events, error } = await everything(queue);
        const all = [...early.flatMap((result) => (result.done ? [] : [result.value])), ...events];
        expect(codes(all.flatMap((event) => event ?? []))).toEqual(Array.from({ length: pushed }, (_, i) => i));
        expect(error).toBe(fails ? failure : undefined);
      }),
      { numRuns: 100 },
    );
  });

  test("an event that arrives after a waiting reader let go is still read before the error", async () => {
    const { queue } = open();
    const impatient = queue.stream.getReader();
    const abandoned = impatient.read();
    // The stream has begun by then, and asked for an event.
    await new Promise((resolve) => setImmediate(resolve));
    impatient.releaseLock();
    await expect(abandoned).rejects.toThrow(TypeError);
    queue.push(warning(1));
    queue.end({ error: failure });
    const { events, error } = await everything(queue);
    expect(codes(events)).toEqual([1]);
    expect(error).toBe(failure);
  });

  test("two reads that wait get two events", async () => {
    const { queue } = open();
    const reader = queue.stream.getReader();
    const both = Promise.all([reader.read(), reader.read()]);
    queue.push(warning(1));
    queue.push(warning(2));
    expect(codes((await both).flatMap((result) => result.value ?? []))).toEqual([1, 2]);
  });

  test("a read that waits meets the end, or the error", async () => {
    const ends = open();
    const end = ends.queue.stream.getReader().read();
    ends.queue.end({});
    expect(await end).toEqual({ done: true, value: undefined });

    const fails = open();
    const error = fails.queue.stream.getReader().read();
    fails.queue.end({ error: failure });
    await expect(error).rejects.toBe(failure);
  });

  test("the first end counts, and what comes after it does not", async () => {
    const { queue } = open();
    queue.push(warning(1));
    queue.end({});
    queue.end({ error: failure });
    queue.push(warning(2));
    const { events, error } = await everything(queue);
    expect(codes(events)).toEqual([1]);
    expect(error).toBeUndefined();
    expect(await everything(queue).catch((again: unknown) => again)).toMatchObject({ code: "stream-locked" });
  });

  test("reading after the end keeps saying so", async () => {
    const { queue } = open();
    const reader = queue.stream.getReader();
    queue.end({});
    expect(await reader.read()).toMatchObject({ done: true });
    expect(await reader.read()).toMatchObject({ done: true });
  });
});

describe("a reader that lags behind", () => {
  const reading = (events: readonly StreamingEvent[]) =>
    events.filter((event): event is TurnEvent => event.type === "Turn");

  test("gets everything while fewer than 256 events wait", async () => {
    const { queue } = open();
    for (let i = 0; i < 256; i++) queue.push(turn(0, { transcript: `${i}` }));
    queue.end({});
    expect((await everything(queue)).events).toHaveLength(256);
  });

  test("gets each final in its order, and of the partials the newest, when ten hours of them wait", async () => {
    const { queue } = open();
    const turns = 3600;
    for (let order = 0; order < turns; order++) {
      for (let i = 0; i < 50; i++) queue.push(turn(order, { transcript: `${i}` }));
      queue.push(final(order, { transcript: "final" }));
      queue.push(final(order, { transcript: "final", turn_is_formatted: true }));
    }
    queue.push(turn(turns, { transcript: "older" }));
    queue.push(turn(turns, { transcript: "newest" }));
    queue.end({});
    const events = reading((await everything(queue)).events);
    const finals = events.filter((event) => event.end_of_turn && !event.turn_is_formatted);
    expect(finals.map((event) => event.turn_order)).toEqual(Array.from({ length: turns }, (_, i) => i));
    expect(events.filter((event) => event.turn_is_formatted)).toHaveLength(turns);
    expect(events.at(-1)?.transcript).toBe("newest");
    // Two forms of each final, one open partial, and what came before replacing began.
    expect(events.length).toBeLessThanOrEqual(2 * turns + 1 + 256);
  });

  test("never sees a turn go back: what it reads of one turn is in the order in which it came", async () => {
    const partial = fc.record({ order: fc.nat(3), last: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(partial, { minLength: 250, maxLength: 400 }), async (given) => {
        const { queue } = open();
        const finals: number[] = [];
        given.forEach(({ order, last }, i) => {
          if (last) finals.push(i);
          queue.push(turn(order, { end_of_turn: last, end_of_turn_confidence: i }));
        });
        queue.end({});
        const events = reading((await everything(queue)).events);
        for (const order of [0, 1, 2, 3]) {
          const serials = events
            .filter((event) => event.turn_order === order)
            .map((event) => Number(event.end_of_turn_confidence));
          expect(serials).toEqual(serials.toSorted((a, b) => a - b));
        }
        const read = events.filter((event) => event.end_of_turn).map((event) => Number(event.end_of_turn_confidence));
        expect(read.toSorted((a, b) => a - b)).toEqual(finals);
      }),
      { numRuns: 30 },
    );
  });

  test("finds silences joined that touch, and those apart that speech parted", async () => {
    const { queue } = open();
    for (let i = 0; i < 256; i++) queue.push(final(i));
    queue.push(silence(0, 1000));
    queue.push(silence(1000, 2000));
    queue.push(silence(5000, 6000));
    queue.push(silence(6000, 7000));
    queue.end({});
    const { events } = await everything(queue);
    expect(events.slice(256)).toEqual([silence(0, 2000), silence(5000, 7000)]);
  });

  test("finds of heartbeats the newest, where they are all that comes", async () => {
    const { queue } = open();
    for (let i = 0; i < 5000; i++) queue.push({ type: "Heartbeat", total_audio_received_ms: i });
    queue.end({});
    const { events } = await everything(queue);
    expect(events).toHaveLength(256);
    expect(events.at(-1)).toMatchObject({ total_audio_received_ms: 4999 });
  });

  test("that catches up gets every partial again", async () => {
    const { queue } = open();
    for (let i = 0; i < 400; i++) queue.push(final(i));
    const reader = queue.stream.getReader();
    for (let i = 0; i < 400; i++) await reader.read();
    for (let i = 0; i < 10; i++) queue.push(turn(400, { transcript: `${i}` }));
    reader.releaseLock();
    queue.end({});
    expect(reading((await everything(queue)).events).map((event) => event.transcript)).toEqual(
      Array.from({ length: 10 }, (_, i) => `${i}`),
    );
  });
});

describe("what nobody reads", () => {
  const kinds: readonly [string, (i: number) => StreamingEvent][] = [
    ["Warning", (i) => warning(i)],
    ["SpeechStarted", (i) => ({ type: "SpeechStarted", timestamp: i })],
    ["Silence", (i) => silence(2 * i, 2 * i + 1)],
    ["Unrecognized", (i) => ({ type: "Unrecognized", raw: `${i}`.padEnd(744), reason: "" })],
    ["Reconnecting", (i) => ({ type: "Reconnecting", attempt: i, delay_ms: 0, reason: "" })],
    ["partials of ever new turns", (i) => turn(i)],
  ];

  test.each(kinds)("%s: beyond 4 MiB the oldest are dropped and counted, and finals stay", async (_kind, event) => {
    const { queue, counts } = open();
    queue.push(final(1e6), text(1000));
    // With 256 bytes for the event itself, 4 MiB are 4194 of them.
    for (let i = 0; i < 10_000; i++) queue.push(event(i), text(744));
    queue.push(final(1e6 + 1), text(1000));
    queue.end({});
    const { events } = await everything(queue);
    expect(events).toHaveLength(4194 + 2);
    expect(counts).toMatchObject({ dropped: 10_000 - 4194, overflowed: 0 });
    expect([events.at(0), events.at(1), events.at(-2), events.at(-1)]).toEqual([
      final(1e6),
      event(10_000 - 4194),
      event(9999),
      final(1e6 + 1),
    ]);
  });

  test("one event that is too large alone is dropped, and those after it are not", async () => {
    const { queue, counts } = open();
    queue.push(warning(1), text(5e6));
    queue.push(warning(2), text(100));
    queue.end({});
    expect(codes((await everything(queue)).events)).toEqual([2]);
    expect(counts.dropped).toBe(1);
  });

  test("finals, answers and revisions are never dropped: the session is informed when 32 MiB wait", async () => {
    const { queue, counts } = open();
    const pushed: StreamingEvent[] = [];
    const push = (event: StreamingEvent) => {
      pushed.push(event);
      queue.push(event, text(1024 * 1024 - 256));
    };
    for (let i = 0; i < 30; i++) push(final(i));
    push({ type: "LLMGatewayResponse", turn_order: 1 });
    push({ type: "SpeakerRevision", revisions: [] });
    expect(counts.overflowed).toBe(0);
    push(final(30));
    expect(counts).toMatchObject({ overflowed: 1, dropped: 0 });
    queue.end({ error: failure });
    expect(await everything(queue)).toEqual({ events: pushed, error: failure });
  });

  test("that is read again takes up no room: what was read, replaced or dropped is not counted on", async () => {
    const { queue, counts } = open();
    const reader = queue.stream.getReader();
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 300; i++) queue.push(turn(round, { transcript: `${i}` }), text(5000));
      queue.push(final(round), text(1024 * 1024));
      // The final took the place of the newest partial.
      for (let i = 0; i < 256; i++) await reader.read();
    }
    expect(counts).toMatchObject({ dropped: 0, overflowed: 0 });
  });
});

describe("cancelling", () => {
  test("informs the session, once, waits for it, and discards what waited", async () => {
    const { queue, cancellations } = open();
    queue.push(warning(1));
    const reader = queue.stream.getReader();
    await reader.cancel();
    queue.push(warning(2));
    queue.end({ error: failure });
    expect(cancellations()).toBe(1);
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });
});

/** Web Streams as WebKit has them: a ponyfill's, its async iterator taken away until the tests of this file are over. */
function withoutIterator(): typeof globalThis.ReadableStream {
  class Bare extends ponyfill.ReadableStream {}
  const { prototype } = ponyfill.ReadableStream;
  const iterator = Object.getOwnPropertyDescriptor(prototype, Symbol.asyncIterator);
  if (!iterator) throw new Error("The ponyfill has no iterator that could be taken away");
  Reflect.deleteProperty(prototype, Symbol.asyncIterator);
  afterAll(() => void Object.defineProperty(prototype, Symbol.asyncIterator, iterator));
  if (Symbol.asyncIterator in Bare.prototype) throw new Error("The iterator is still there");
  return Bare as unknown as typeof globalThis.ReadableStream;
}

describe.each([
  ["the platform's streams", globalThis.ReadableStream],
  ["streams without an async iterator", withoutIterator()],
])("for await over %s", (_name, ReadableStream) => {
  const start = () => open({ ReadableStream, WritableStream });

  test("a second reader gets advice, in every way of reading", async () => {
    const { queue } = start();
    const { stream } = queue;
    const reader = stream.getReader();
    const told = { code: "stream-locked", message: expect.stringContaining("session.events.tee()") };
    expect(() => stream.getReader()).toThrow(expect.objectContaining(told));
    expect(() => stream.tee()).toThrow(expect.objectContaining(told));
    expect(() => stream.pipeThrough(new TransformStream())).toThrow(expect.objectContaining(told));
    await expect(stream.pipeTo(new WritableStream())).rejects.toMatchObject(told);
    await expect(stream.cancel()).rejects.toMatchObject(told);
    const loop = (async () => {
      for await (const event of stream) expect(event).toBeUndefined();
    })();
    await expect(loop).rejects.toMatchObject(told);

    reader.releaseLock();
    queue.push(warning(1));
    queue.end({});
    expect(codes((await everything(queue)).events)).toEqual([1]);
  });

  test("two readers of a tee get every event each", async () => {
    const { queue } = start();
    queue.push(warning(1));
    queue.end({});
    for (const branch of queue.stream.tee())
      expect(await branch.getReader().read()).toMatchObject({ value: warning(1) });
  });

  test("reads everything, those included that come while it waits", async () => {
    const { queue, cancellations } = start();
    queue.push(warning(1));
    setImmediate(() => queue.push(warning(2)));
    setImmediate(() => queue.end({}));
    const events: StreamingEvent[] = [];
    for await (const event of queue.stream) events.push(event);
    expect(codes(events)).toEqual([1, 2]);
    expect(cancellations()).toBe(0);
    expect(queue.stream.locked).toBe(false);
  });

  test("throws the error after the last event", async () => {
    const { queue } = start();
    queue.push(warning(1));
    queue.end({ error: failure });
    const events: StreamingEvent[] = [];
    const reading = (async () => {
      for await (const event of queue.stream) events.push(event);
    })();
    await expect(reading).rejects.toBe(failure);
    expect(codes(events)).toEqual([1]);
    expect(queue.stream.locked).toBe(false);
  });

  test("cancels on break, and lets the stream go", async () => {
    const { queue, cancellations } = start();
    queue.push(warning(1));
    queue.push(warning(2));
    for await (const event of queue.stream) if (event.type === "Warning") break;
    expect(cancellations()).toBe(1);
    expect(queue.stream.locked).toBe(false);
  });

  test("cancels when its body throws", async () => {
    const { queue, cancellations } = start();
    queue.push(warning(1));
    const reading = (async () => {
      for await (const event of queue.stream) throw new Error(event.type);
    })();
    await expect(reading).rejects.toThrow("Warning");
    expect(cancellations()).toBe(1);
  });
});
