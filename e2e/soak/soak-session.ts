import { startEmulator } from "@voxpipe/emulator";
import { createTemporaryToken } from "@voxpipe/token";
import { type ConnectOptions, connect, StreamingClient, StreamingError, type StreamingEvent } from "voxpipe";
import { type Random, seededRandom } from "../../packages/testing/src/random.ts";
import { blockMs, watermarkEngine, watermarked } from "../../packages/testing/src/watermark.ts";
import { pick, randomFaults } from "./random-faults.ts";

export type Outcome =
  /** Ended well, and all of the audio and words are there. */
  | "ok, complete"
  /** Ended well; what is missing was reported as `lost_ms`. */
  | "ok, loss reported"
  /** Ended well, and audio or words are missing without a word. */
  | "ok, audio missing"
  | "ok, words missing"
  | "ok, words repeated"
  /** Ended with a StreamingError, which reader and `closed` (or the `Error` handler) got. */
  | "failed, and said so"
  | "failed without saying so"
  | "never settled";

export interface SoakResult {
  readonly seed: number;
  readonly reconnect: boolean;
  readonly client: "connect" | "StreamingClient";
  readonly faults: string;
  readonly outcome: Outcome;
  /** Of the error, or what is missing. */
  readonly detail: string;
}

/** What a user of either interface saw. */
interface Seen {
  readonly events: readonly StreamingEvent[];
  /** The error of each thing that could fail: undefined where it did not. */
  readonly errors: readonly unknown[];
}

const paces: readonly NonNullable<ConnectOptions["pace"]>[] = [false, { rate: 4, burst: 500 }];

/** Longer than four waits for the limit on new sessions, up to two minutes each: only what hangs takes so long. In ms. */
const longestMs = 600_000;

/** Runs a session against a server of its own. The seed decides everything but timing. */
export async function soakSession(seed: number): Promise<SoakResult> {
  const random = seededRandom(seed);
  const { faults, name, usesToken } = randomFaults(random);
  const reconnect = random.next() < 0.5;
  const client = random.pick(["connect", "connect", "StreamingClient"]);
  const speech = randomSpeech(random);
  const engine = watermarkEngine();
  await using emulator = await startEmulator({ engine, faults, history: { sessions: 100, messages: 0 } });
  const options: ConnectOptions = {
    apiHost: emulator.url,
    ...(usesToken ? { token: mint(emulator.url) } : { apiKey: "example" }),
    sampleRate: 16_000,
    speechModel: random.pick(["universal-streaming-english", "universal-3-5-pro"]),
    minTurnSilence: 100,
    endOfTurnConfidenceThreshold: 0,
    connectionRetryDelay: 20,
    reconnect: reconnect && { maxAttempts: 4, maxDelay: 500 },
    pace: pick(random, paces),
    onWarning() {},
  };
  const using = client === "connect" ? useSession : useClient;
  const seen = await withDeadline(using(options, watermarked(speech), random));
  const result = { seed, reconnect, client, faults: name };
  if (!seen) return { ...result, outcome: "never settled", detail: "" };
  const heard = new Set(engine.heard.flat().map(({ number }) => number));
  return { ...result, ...judge(speech, heard, seen) };
}

/** Up to 4 s: stretches of speech with pauses that end turns. */
function randomSpeech(random: Random): boolean[] {
  const speech: boolean[] = [];
  const blocks = random.between(50, 400);
  while (speech.length < blocks)
    speech.push(
      ...Array<boolean>(random.between(1, 60)).fill(true),
      ...Array<boolean>(random.between(0, 40)).fill(false),
    );
  return speech;
}

function mint(apiHost: string) {
  return async ({ signal }: { signal: AbortSignal }) => {
    const { token } = await createTemporaryToken({
      apiKey: "example",
      apiHost,
      expiresInSeconds: 60,
      maxRetries: 0,
      signal,
    });
    return token;
  };
}

async function useSession(options: ConnectOptions, audio: Uint8Array, random: Random): Promise<Seen> {
  const session = connect(options);
  const events: StreamingEvent[] = [];
  const reading = (async () => {
    for await (const event of session.events) events.push(event);
  })();
  const writing = (async () => {
    const writer = session.audio.getWriter();
    for (const chunk of pieces(audio, random)) await writer.write(chunk);
    await writer.close();
  })();
  const settled = await Promise.allSettled([session.closed, reading, writing]);
  return { events, errors: settled.map(errorOf) };
}

async function useClient(options: ConnectOptions, audio: Uint8Array, random: Random): Promise<Seen> {
  const events: StreamingEvent[] = [];
  const errors: unknown[] = [];
  const client = new StreamingClient(options);
  for (const type of ["Turn", "Reconnected"] as const) client.on(type, (_, event) => events.push(event));
  client.on("Error", (_, error) => errors.push(error));
  const calls = [client.connect(), ...[...pieces(audio, random)].map((chunk) => client.stream(chunk))];
  await client.disconnect({ terminate: true });
  const settled = await Promise.allSettled<unknown>(calls);
  // A call that failed says so; that the session did, only the handler.
  const failed = settled.map(errorOf).find((error) => error !== undefined);
  return { events, errors: errors.length === 0 && failed === undefined ? [undefined] : [errors[0], errors[0]] };
}

function* pieces(audio: Uint8Array, random: Random) {
  for (let at = 0; at < audio.length; ) {
    const size = random.between(1, 8000);
    yield audio.subarray(at, at + size);
    at += size;
  }
}

function errorOf(settled: PromiseSettledResult<unknown>): unknown {
  return settled.status === "rejected" ? (settled.reason ?? new Error("nothing")) : undefined;
}

function judge(
  speech: readonly boolean[],
  heard: ReadonlySet<number>,
  { events, errors }: Seen,
): { outcome: Outcome; detail: string } {
  const [first] = errors;
  if (errors.some((error) => error !== undefined)) {
    const agree = errors.every((error) => error instanceof StreamingError);
    const detail = first instanceof StreamingError ? first.code : String(errors.find((error) => error !== undefined));
    return { outcome: agree ? "failed, and said so" : "failed without saying so", detail };
  }
  const spoken = speech.flatMap((yes, block) => (yes ? [`b${block}`] : []));
  const words = events.flatMap((event) =>
    event.type === "Turn" && event.end_of_turn ? event.words.map(({ text }) => unformatted(text)) : [],
  );
  const unheardMs = speech.filter((_, block) => !heard.has(block)).length * blockMs;
  const missing = without(spoken, words);
  const lostMs = events.reduce((sum, event) => sum + (event.type === "Reconnected" ? event.lost_ms : 0), 0);
  if (unheardMs > lostMs) return { outcome: "ok, audio missing", detail: `${unheardMs} ms` };
  if (missing * blockMs > lostMs) return { outcome: "ok, words missing", detail: `${missing} of ${spoken.length}` };
  const repeated = without(words, spoken);
  if (repeated > 0) return { outcome: "ok, words repeated", detail: String(repeated) };
  return lostMs > 0
    ? { outcome: "ok, loss reported", detail: `${lostMs} ms` }
    : { outcome: "ok, complete", detail: "" };
}

/** Models write sentences. */
function unformatted(word: string): string {
  return word.toLowerCase().replace(/\W+$/, "");
}

/** How many of `all` are left when each of `taken` is taken away once. */
function without(all: readonly string[], taken: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of all) left.set(word, (left.get(word) ?? 0) + 1);
  for (const word of taken) left.set(word, (left.get(word) ?? 0) - 1);
  return [...left.values()].reduce((sum, count) => sum + Math.max(0, count), 0);
}

async function withDeadline<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), longestMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
