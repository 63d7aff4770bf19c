import { connect as connectOn } from "@voxpipe/core";
import { type ScriptedWord, scripted } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { describe, expect, onTestFinished, test } from "vitest";
import type { StreamingEvent, TurnEvent } from "voxpipe";
import { ponyfillStreams } from "../src/platforms/ponyfill-streams.ts";
import { openWsSocket } from "../src/sockets/ws-socket.ts";
import { connect, tenth } from "./observed-session.ts";
import { outcomeOf, settles, turn, until } from "./settles.ts";

/** A word each half second; every fifth is followed by a pause that ends its turn. */
function words(seconds: number): ScriptedWord[] {
  return Array.from({ length: seconds * 2 }, (_, i) => i)
    .filter((i) => i % 6 < 4)
    .map((i) => ({ text: `w${i}`, start: i * 500, end: i * 500 + 400 }));
}

/** Seconds of audio that is heard as voice only where the script says so. */
function source(seconds: number): ReadableStream<Uint8Array> {
  return new Blob([new Uint8Array(seconds * 32_000)]).stream();
}

async function readAll(events: ReadableStream<StreamingEvent>): Promise<{ read: StreamingEvent[]; end: string }> {
  const read: StreamingEvent[] = [];
  try {
    for await (const event of events) read.push(event);
    return { read, end: "done" };
  } catch (error) {
    return { read, end: outcomeOf(error) };
  }
}

const turns = (events: readonly StreamingEvent[]) =>
  events.filter((event): event is TurnEvent => event.type === "Turn");
const finalWords = (events: readonly StreamingEvent[]) =>
  turns(events)
    .filter((turn) => turn.end_of_turn)
    .flatMap((turn) => turn.words.map((word) => word.text));

describe("nothing is eaten:", () => {
  test("a whole pipeTo(session.audio) may be awaited before the first event is read", async () => {
    const script = words(120);
    await using emulator = await startEmulator({ engine: scripted(script) });
    const session = connect({ apiHost: emulator.url });
    await source(120).pipeTo(session.audio);
    const { read, end } = await readAll(session.events);
    expect(end).toBe("done");
    expect(read[0]?.type).toBe("Begin");
    expect(read.at(-1)?.type).toBe("Termination");
    expect(finalWords(read)).toEqual(script.map((word) => word.text));
  });

  test("a slow reader gets every final, and of each turn that is still open its newest reading", async () => {
    const script = words(600);
    await using emulator = await startEmulator({ engine: scripted(script) });
    const session = connect({ apiHost: emulator.url });
    await source(600).pipeTo(session.audio);
    const { read } = await readAll(session.events);
    expect(finalWords(read)).toEqual(script.map((word) => word.text));
    const partials = turns(read).filter((turn) => !turn.end_of_turn);
    expect(partials.length).toBeLessThanOrEqual(256);
    const sent = emulator.sessions[0]?.sent.length ?? 0;
    expect(sent).toBeGreaterThan(read.length);
    const orders = turns(read).map((turn) => turn.turn_order);
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
  });

  test("a reader that keeps up gets every reading", async () => {
    await using emulator = await startEmulator({ engine: scripted(words(60)) });
    const session = connect({ apiHost: emulator.url });
    const [{ read }] = await Promise.all([readAll(session.events), source(60).pipeTo(session.audio)]);
    expect(turns(read)).toEqual(emulator.sessions[0]?.sent.filter((sent) => JSON.stringify(sent).includes('"Turn"')));
  });

  test.each([
    ["a drop", "drop"],
    ["an Error", { error: 3005 }],
    ["an Error without close", { error: 3005, typed: false, close: false }],
    ["close 1011", { close: 1011 }],
  ] as const)("events received before %s are all read before the error is", async (_, action) => {
    await using emulator = await startEmulator({
      engine: scripted(words(30)),
      faults: [{ when: { finals: 5 }, do: action }],
    });
    const session = connect({ apiHost: emulator.url, reconnect: false });
    source(30)
      .pipeTo(session.audio)
      .catch(() => {});
    const code = await session.closed.then(
      () => "none",
      (error: unknown) => outcomeOf(error),
    );
    const { read, end } = await readAll(session.events);
    expect(end).toBe(code);
    expect(read[0]?.type).toBe("Begin");
    expect(turns(read).filter((turn) => turn.end_of_turn)).toHaveLength(5);
  });

  test("events received before an abort too", async () => {
    await using emulator = await startEmulator({ engine: scripted(words(30)) });
    const session = connect({ apiHost: emulator.url });
    source(10)
      .pipeTo(session.audio, { preventClose: true })
      .catch(() => {});
    await until(
      "a final",
      () => emulator.sessions[0]?.sent.some((sent) => JSON.stringify(sent).includes('_turn":true')) ?? false,
    );
    await until("it to arrive", () => session.stats().endOfTurnLatencyMs !== undefined);
    session.abort();
    const { read, end } = await readAll(session.events);
    expect(end).toBe("aborted");
    expect(finalWords(read).length).toBeGreaterThan(0);
  });
});

describe("cancelling events ends the session gracefully:", () => {
  test("break in for await", async () => {
    await using emulator = await startEmulator();
    const session = connect({ apiHost: emulator.url });
    for await (const event of session.events) if (event.type === "Begin") break;
    expect(session.state).toBe("closed");
    expect(emulator.sessions[0]?.received).toEqual([{ type: "Terminate" }]);
    expect((await emulator.sessions[0]?.ended)?.code).toBe(1000);
    expect(await settles("closed", session.closed)).toBe("resolved");
  });

  test("a throw in for await reaches the caller, and the session is terminated", async () => {
    await using emulator = await startEmulator();
    const session = connect({ apiHost: emulator.url });
    const reading = (async () => {
      for await (const event of session.events) throw new RangeError(`no use for ${event.type}`);
    })();
    await expect(reading).rejects.toThrow("no use for Begin");
    expect(emulator.sessions[0]?.received).toEqual([{ type: "Terminate" }]);
  });

  test("cancel() while audio is piped in: what was written is sent, and the pipe ends", async () => {
    await using emulator = await startEmulator();
    const session = connect({ apiHost: emulator.url });
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await turn();
        controller.enqueue(tenth);
      },
    });
    const piping = settles("pipeTo", endless.pipeTo(session.audio));
    await session.opened;
    await settles("cancel", session.events.cancel());
    expect(await piping).toBe("session-ended");
    expect(emulator.sessions[0]?.received).toEqual([{ type: "Terminate" }]);
  });
});

describe("for await works where ReadableStream has no async iterator:", () => {
  test("to the end, to an error, and with a break", async () => {
    const streams = ponyfillStreams;
    const { prototype } = streams.ReadableStream;
    const iterator = Object.getOwnPropertyDescriptor(prototype, Symbol.asyncIterator);
    if (!iterator) throw new Error("The ponyfill has no iterator that could be taken away");
    onTestFinished(() => void Object.defineProperty(prototype, Symbol.asyncIterator, iterator));
    Reflect.deleteProperty(prototype, Symbol.asyncIterator);
    expect(Symbol.asyncIterator in prototype).toBe(false);
    await using emulator = await startEmulator({ faults: [{ when: "begin", do: "drop", session: 0 }] });
    const start = () =>
      connectOn(
        { apiHost: emulator.url, apiKey: "example", sampleRate: 16_000, reconnect: false },
        { openSocket: openWsSocket, sendsHeaders: true, sendsPings: true, streams },
      );
    const first = start();
    void first.close();
    expect((await readAll(first.events)).end).toBe("done");
    const second = start();
    expect(await readAll(second.events)).toMatchObject({ read: [{ type: "Begin" }], end: "connection-lost" });
    const third = start();
    for await (const _ of third.events) break;
    expect(third.state).toBe("closed");
  });
});
