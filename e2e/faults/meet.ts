import { connect } from "@voxpipe/core";
import { type Fault, parseFaults, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { blockMs, watermarkEngine, watermarked } from "@voxpipe/testing/watermark";
import { createTemporaryToken } from "@voxpipe/token";
import { StreamingError, type StreamingEvent } from "voxpipe";
import { openWsSocket } from "../../packages/client/src/sockets/ws-socket.ts";
import { autoClock } from "../../packages/client/test/auto-clock.ts";
import type { Scenario } from "./scenarios.ts";

/**
 * 3.27 s: six stretches of speech, each block of which is a word, with pauses that end turns. The last one is cut off in
 * mid-turn, and in mid-frame: its final is pending when the audio ends.
 */
const speech = Array.from({ length: 327 }, (_, block) => block % 60 < 40);
const spoken = speech.flatMap((yes, block) => (yes ? [`b${block}`] : []));

/** What every session says, in ms and in words. */
export const said = { audioMs: speech.length * blockMs, words: spoken.length };

/** What somebody who uses the client saw, and what it cost. */
export interface Meeting {
  readonly scenario: Scenario;
  /** Types of the events that were no Turn, each once, in order. */
  readonly events: readonly string[];
  /** The error that the session ended with. */
  readonly error: StreamingError | undefined;
  /** Attempts to connect: a token was asked for, or a connection. */
  readonly attempts: number;
  /** Audio that no connection of the session heard, in ms. */
  readonly audioLostMs: number;
  /** Audio that the session says it sent, each part counted once, in ms. */
  readonly audioSentMs: number;
  /** Audio that the session says is lost, in ms: in its figures, and in its Reconnected events. */
  readonly lostMsTold: readonly [figures: number, events: number];
  /** Spoken words that are in no final. */
  readonly wordsLost: number;
  /** Words of finals beyond those that were spoken. */
  readonly wordsRepeated: number;
  /** Words of finals that the server sent before any Error, and that the user never got. */
  readonly wordsUnread: number;
  /** Whether every write and the closing of `audio` settled, as `closed` did. */
  readonly settled: boolean;
}

/** One session of the client against an emulator with this fault. */
export async function meet(scenario: Scenario): Promise<Meeting> {
  const { terminationTimeout } = scenario;
  const engine = watermarkEngine();
  // One for both, so that no row depends on how busy the machine is.
  // A request for a token takes a moment of the machine's time, and no timer.
  const clock = autoClock({ quietRounds: 50, fastest: scenario.token === "minted" ? 10 : 100 });
  await using emulator = await startEmulator({
    ...exact,
    engine,
    clock,
    tokens: ["fixed"],
    faults: faultsOf(scenario),
  });
  let tokens = 0;
  const session = connect(
    {
      apiHost: emulator.url,
      ...credentials(scenario, emulator.url, () => tokens++),
      sampleRate: 16_000,
      minTurnSilence: 100,
      endOfTurnConfidenceThreshold: 0,
      pace: scenario.paced ? { rate: 20, burst: 100 } : false,
      connectionRetryDelay: 20,
      onWarning() {},
      ...(terminationTimeout !== undefined && { terminationTimeout }),
    },
    {
      openSocket: openWsSocket,
      sendsHeaders: true,
      sendsPings: true,
      streams: globalThis,
      clock,
    },
  );
  const events: StreamingEvent[] = [];
  const reading = (async () => {
    for await (const event of session.events) events.push(event);
  })();
  const writing = write(session.audio);
  const outcomes = await Promise.allSettled([session.closed, reading, writing]);
  const finals = events.filter((event) => event.type === "Turn" && event.end_of_turn);
  const words = finals.flatMap((event) => (event.type === "Turn" ? event.words.map(({ text }) => text) : []));
  const heard = new Set(engine.heard.flatMap((blocks) => blocks.map(({ number }) => number)));
  const { audioSentMs, audioLostMs } = session.stats();
  const [closed] = outcomes;
  return {
    scenario,
    events: [...new Set(events.map(({ type }) => type).filter((type) => type !== "Turn"))],
    error: closed.status === "rejected" && closed.reason instanceof StreamingError ? closed.reason : undefined,
    attempts: Math.max(tokens, emulator.sessions.length),
    audioLostMs: speech.filter((_, block) => !heard.has(block)).length * blockMs,
    audioSentMs,
    lostMsTold: [
      audioLostMs,
      events.reduce((sum, event) => sum + (event.type === "Reconnected" ? event.lost_ms : 0), 0),
    ],
    wordsLost: missing(spoken, words),
    wordsRepeated: missing(words, spoken),
    wordsUnread: missing(
      [...new Set(emulator.sessions.flatMap(({ sent }) => upToError(sent).flatMap(finalWords)))],
      [
        // A word that a connection says again after a reconnection is the same word.
        ...new Set(words),
      ],
    ),
    settled: outcomes.every(({ status }) => status === closed.status),
  };
}

function faultsOf({ fault, sessions = 1 }: Scenario): Fault[] {
  const faults = parseFaults(fault);
  const most = sessions === "every" ? Number.POSITIVE_INFINITY : sessions;
  return faults.map((one, index) => {
    if (one.when === "token") return sessions === "every" ? one : { ...one, times: sessions };
    const last = index === faults.length - 1;
    const [from, to] = last ? [index, most] : [0, 1];
    return { ...one, session: (met) => met.index >= from && met.index < to };
  });
}

function credentials({ token }: Scenario, url: string, asked: () => void) {
  if (token === undefined) return { apiKey: "example" };
  if (token === "fixed") return { token: "fixed" };
  const mint = { apiKey: "example", expiresInSeconds: 60, apiHost: url, maxRetries: 0 };
  return {
    token: async ({ signal }: { signal: AbortSignal }) => {
      asked();
      return (await createTemporaryToken({ ...mint, signal })).token;
    },
  };
}

async function write(audio: WritableStream<Uint8Array>): Promise<void> {
  const bytes = watermarked(speech);
  const writer = audio.getWriter();
  for (let at = 0; at < bytes.length; at += 3_200) await writer.write(bytes.subarray(at, at + 3_200));
  await writer.close();
}

/** How many of `wanted` are not in `given`, each counted as often as it comes. */
function missing(wanted: readonly string[], given: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of given) left.set(word, (left.get(word) ?? 0) + 1);
  return wanted.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count <= 0;
  }).length;
}

function upToError(sent: readonly unknown[]): readonly unknown[] {
  const error = sent.findIndex((message) => typeof message === "object" && message !== null && "error_code" in message);
  return error === -1 ? sent : sent.slice(0, error);
}

function finalWords(message: unknown): string[] {
  if (typeof message !== "object" || message === null || !("end_of_turn" in message) || !message.end_of_turn) return [];
  const words = "words" in message && Array.isArray(message.words) ? message.words : [];
  return words.map(({ text }: { text: unknown }) => String(text));
}
