import { type ConnectOptions, connect, type Pace, type StreamingEvent } from "@voxpipe/core";
import { type EmulatorOptions, type Engine, type Fault, startEmulator } from "@voxpipe/emulator";
import { type Random, seededRandom } from "@voxpipe/testing/random";
import { openWsSocket } from "../../src/sockets/ws-socket.ts";
import { autoClock } from "../auto-clock.ts";
import { toneEngine } from "./tone-engine.ts";
import { type Encoding, type ToneSource, toneSource } from "./tone-sources.ts";
import type { ToneSpeech } from "./tone-speech.ts";

export const models = { US: "universal-streaming-english", U3: "universal-3-5-pro" } as const;
export type Model = keyof typeof models;

export interface LiveScenario {
  readonly seed: number;
  readonly encoding: Encoding;
  readonly model: Model;
  readonly faults?: (random: Random) => Fault[];
  readonly options?: Partial<ConnectOptions>;
  readonly server?: EmulatorOptions;
  readonly lateness?: (random: Random) => () => number;
  /** How long people talk without a longer pause, in ms; of PCM and mu-law. */
  readonly talkMs?: number;
  /** What the words are heard by, beside the engine of tones. */
  readonly through?: (engine: Engine, speech: ToneSpeech) => Engine;
}

export interface LiveRun {
  readonly speech: ToneSpeech;
  readonly events: readonly StreamingEvent[];
}

/** A session of speech in this encoding, against a server that answers as the service does: its times, and its delays. */
export async function liveRun({ seed, encoding, model, ...scenario }: LiveScenario): Promise<LiveRun> {
  const random = seededRandom(seed);
  const source = toneSource(encoding, random, scenario.talkMs);
  const clock = autoClock();
  const engine = toneEngine(source.speech.words, scenario.lateness?.(random));
  await using emulator = await startEmulator({
    engine: scenario.through?.(engine, source.speech) ?? engine,
    edges: "live",
    latency: "live",
    seed,
    clock,
    faults: scenario.faults?.(random) ?? [],
    history: { messages: 0 },
    ...scenario.server,
  });
  const session = connect(
    {
      apiHost: emulator.url,
      apiKey: "tones",
      speechModel: models[model],
      connectionRetryDelay: 5,
      // Three connections in a row may break before Begin.
      maxConnectionRetries: 3,
      pace: random.pick<boolean | Partial<Pace>>([false, { rate: 1, burst: 500 }, { rate: 1.25, burst: 5_000 }]),
      // Loading a decoder takes the machine's time, not the clock's.
      connectTimeout: 2_000_000_000,
      terminationTimeout: 60_000,
      onWarning() {},
      ...source.options,
      ...scenario.options,
    },
    { openSocket: openWsSocket, sendsHeaders: true, sendsPings: true, streams: globalThis, clock, random: random.next },
  );
  const [events] = await Promise.all([collect(session.events), writeAll(session.audio, source)]);
  await session.closed;
  return { speech: source.speech, events };
}

async function writeAll(audio: WritableStream<Uint8Array>, { writes }: ToneSource): Promise<void> {
  const writer = audio.getWriter();
  for (const bytes of writes) {
    await writer.ready;
    void writer.write(bytes).catch(() => {});
  }
  await writer.close();
}

async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

/** How many words arrived, and how. */
export interface WordCount {
  readonly spoken: number;
  readonly lost: number;
  readonly repeated: number;
  /** Words that were heard in part. */
  readonly broken: number;
  readonly outOfOrder: number;
}

export function countWords({ speech, events }: LiveRun): WordCount {
  const words = finalWords(events).map(({ text }) => Number(text.replace(/^w(\d+)\.?$/i, "$1")));
  const places = new Map(speech.words.map(({ number }, place) => [number, place]));
  const seen = words.flatMap((number) => places.get(number) ?? []);
  return {
    spoken: speech.words.length,
    lost: speech.words.length - new Set(seen).size,
    repeated: seen.length - new Set(seen).size,
    broken: words.length - seen.length,
    outOfOrder: seen.filter((place, i) => place < (seen[i - 1] ?? -1)).length,
  };
}

export function finalWords(events: readonly StreamingEvent[]) {
  return events.flatMap((event) => (event.type === "Turn" && event.end_of_turn ? event.words : []));
}
