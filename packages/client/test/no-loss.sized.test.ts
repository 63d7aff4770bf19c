import { type Clock, type ConnectOptions, connect, type StreamingEvent, type StreamingSession } from "@voxpipe/core";
import type { Fault } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { type Random, seededRandom } from "@voxpipe/testing/random";
import { blockBytes, blockMs, type HeardBlock, watermarkEngine, watermarked } from "@voxpipe/testing/watermark";
import { expect, test } from "vitest";
import { openWsSocket } from "../src/sockets/ws-socket.ts";
import { autoClock } from "./auto-clock.ts";
import { controlAtRandom, many, randomBreaks, randomMoment } from "./random-faults.ts";

interface Run {
  readonly speech: readonly boolean[];
  readonly events: readonly StreamingEvent[];
  readonly heard: readonly HeardBlock[][];
}

interface Scenario {
  readonly seed: number;
  readonly faults?: (random: Random) => Fault[];
  readonly options?: Partial<ConnectOptions>;
  readonly clock?: Clock;
  readonly maxSessionSeconds?: number;
  readonly during?: (session: StreamingSession, random: Random) => Promise<void>;
  /** Writes have a multiple of this number of bytes; 1 by default. */
  readonly writeUnit?: number;
  readonly largestWrite?: number;
}

const runs = cases(16, 250, 600);

async function run(scenario: Scenario): Promise<Run> {
  const random = seededRandom(scenario.seed);
  const speech = randomSpeech(random);
  const engine = watermarkEngine();
  await using emulator = await startEmulator({
    engine,
    faults: scenario.faults?.(random) ?? [],
    history: { messages: 0 },
    ...(scenario.maxSessionSeconds && { maxSessionSeconds: scenario.maxSessionSeconds }),
  });
  const session = connect(
    {
      apiHost: emulator.url,
      apiKey: "watermark",
      sampleRate: 16_000,
      minTurnSilence: 100,
      endOfTurnConfidenceThreshold: 0,
      pace: false,
      connectionRetryDelay: 5,
      ...scenario.options,
    },
    {
      openSocket: openWsSocket,
      sendsHeaders: true,
      sendsPings: true,
      streams: globalThis,
      ...(scenario.clock && { clock: scenario.clock }),
      random: random.next,
    },
  );
  void scenario.during?.(session, seededRandom(scenario.seed + 1));
  const writing = writeAll(session.audio, watermarked(speech), random, scenario);
  const [events] = await Promise.all([collect(session.events), writing]);
  await session.closed;
  return { speech, events, heard: engine.heard };
}

/** Stretches of speech with pauses that end turns. */
function randomSpeech(random: Random): boolean[] {
  const speech: boolean[] = [];
  const blocks = random.between(100, 400);
  while (speech.length < blocks) {
    const spoken = random.between(1, 60);
    const pause = random.between(0, 40);
    speech.push(...Array<boolean>(spoken).fill(true), ...Array<boolean>(pause).fill(false));
  }
  return speech;
}

async function writeAll(
  audio: WritableStream<Uint8Array>,
  bytes: Uint8Array,
  random: Random,
  { largestWrite = 8000, writeUnit = 1 }: Scenario,
): Promise<void> {
  const writer = audio.getWriter();
  for (let at = 0; at < bytes.length; ) {
    const size = writeUnit * random.between(1, Math.floor(largestWrite / writeUnit));
    await writer.ready;
    void writer.write(bytes.subarray(at, at + size)).catch(() => {});
    at += size;
    if (random.next() < 0.2) await new Promise((resolve) => setImmediate(resolve));
  }
  await writer.close();
}

async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

/** Everything that must hold after any fault. */
function expectNothingLost({ speech, events, heard }: Run): void {
  const finals = events
    .filter((event) => event.type === "Turn" && event.end_of_turn)
    .filter((event) => event.type === "Turn");
  const words = finals.flatMap((turn) => turn.words);
  const spoken = speech.flatMap((yes, number) => (yes ? [`b${number}`] : []));
  expect(words.map((word) => word.text)).toEqual(spoken);
  expect(finals.map((turn) => turn.turn_order)).toEqual(finals.map((_, i) => i));
  for (const word of words) {
    const source = Number(word.text.slice(1)) * blockMs;
    expect(Math.abs(Number(word.start) - source)).toBeLessThanOrEqual(blockMs);
    expect(Math.abs(Number(word.end) - source - blockMs)).toBeLessThanOrEqual(blockMs);
  }
  const covered = new Set(heard.flat().map((block) => block.number));
  expect(covered.size).toBe(speech.length);
  for (const blocks of heard) {
    const numbers = blocks.map((block) => block.number);
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
  }
  expect(events.reduce((sum, event) => sum + (event.type === "Reconnected" ? event.lost_ms : 0), 0)).toBe(0);
  expect(events.filter((event) => event.type === "Unrecognized")).toEqual([]);
  expect(events.at(-1)?.type).toBe("Termination");
}

const minutes = 60_000;

test(`${runs} random runs with drops at random instants lose, repeat and reorder nothing`, {
  timeout: 10 * minutes,
}, async () => {
  const seen = { reconnections: 0, replayedMs: 0, words: 0 };
  await many(1, runs, async (seed) => {
    const faults = (random: Random) => randomBreaks(random, 4);
    // A forced endpoint in the middle of a block would make it unreadable, so there the writes hold whole blocks.
    const controls = seed % 2 === 0 ? { during: controlAtRandom, writeUnit: blockBytes } : {};
    const result = await run({ seed, faults, ...controls });
    expectNothingLost(result);
    for (const event of result.events)
      if (event.type === "Reconnected") {
        seen.reconnections++;
        seen.replayedMs += event.replayed_ms;
      } else if (event.type === "Turn" && event.end_of_turn) seen.words += event.words.length;
  });
  console.info(
    `${runs} runs: ${seen.words} final words, ${seen.reconnections} reconnections, ${seen.replayedMs} ms replayed, 0 lost`,
  );
  expect(seen.reconnections).toBeGreaterThan(runs / 2);
});

test("peers that stall, hang or go half-open at random instants cost nothing but time", {
  timeout: 2 * minutes,
}, async () => {
  let reconnections = 0;
  await many(10_001, Math.ceil(runs / 25), async (seed) => {
    const result = await run({
      seed,
      clock: autoClock({ quietRounds: 50, fastest: 100 }),
      faults: (random) => [{ when: randomMoment(random), do: random.pick(["stall", "hang", "half-open"]), session: 0 }],
      options: { terminationTimeout: 20_000 },
    });
    expectNothingLost(result);
    reconnections += result.events.filter((event) => event.type === "Reconnected").length;
  });
  expect(reconnections).toBeGreaterThan(0);
});

test("eight drops in a row lose nothing", { timeout: 2 * minutes }, async () => {
  await many(20_001, Math.ceil(runs / 50), async (seed) => {
    const faults = (random: Random) =>
      Array.from(
        { length: 8 },
        (_, session): Fault => ({ when: { audioMs: random.between(50, 300) }, do: "reset", session }),
      );
    expectNothingLost(await run({ seed, faults }));
  });
});

test.each([
  ["one byte", 1],
  ["up to a frame and a half", 2400],
  ["up to 1 MB", 1_000_000],
])("writes of %s become the same audio", async (_, largestWrite) => {
  await many(30_001, 5, async (seed) => expectNothingLost(await run({ seed, largestWrite })));
});

test("sessions that expire roll over: at a boundary, early enough, with drops in between", {
  timeout: 2 * minutes,
}, async () => {
  let rollovers = 0;
  await many(40_001, Math.ceil(runs / 50), async (seed) => {
    const result = await run({
      seed,
      maxSessionSeconds: 1,
      faults: (random) =>
        random.next() < 0.5 ? [{ when: { audioMs: random.between(100, 3000) }, do: "reset", session: 1 }] : [],
      options: { pace: { rate: 1.6, burst: 200 } },
    });
    expectNothingLost(result);
    rollovers += result.events.filter((event) => event.type === "Reconnected" && event.cause === "rollover").length;
  });
  expect(rollovers).toBeGreaterThan(0);
});

test("a Termination that nobody asked for is a session that expired", async () => {
  await many(50_001, 20, async (seed) => {
    const result = await run({
      seed,
      faults: (random) => [{ when: { audioMs: random.between(50, 500) }, do: "expire", session: 0 }],
      options: { pace: { rate: 10, burst: 100 } },
    });
    expectNothingLost(result);
    expect(result.events.filter((event) => event.type === "Termination")).toHaveLength(1);
  });
});
