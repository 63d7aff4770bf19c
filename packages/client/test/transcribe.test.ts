import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmulatorOptions, type ScriptedWord, scripted } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ConnectOptions, type StreamingEvent, type TranscribeSource, transcribe } from "voxpipe";
import { transcribe as transcribeWithPonyfill } from "../src/entries/ponyfill-node.ts";
import { watchRejections } from "./observed-session.ts";
import { outcomeOf, turn, until } from "./settles.ts";

const script: readonly ScriptedWord[] = [
  { text: "harbor", start: 0, end: 400 },
  { text: "point", start: 500, end: 900 },
];

/** Two seconds of s16le at 16 kHz: as loud as voice for one, then silent. */
const pcm = new Uint8Array(64_000).fill(0x20, 0, 32_000);

/** The same as a WAV file. */
function wav(data: Uint8Array = pcm, sampleRate = 16_000, promised = data.length): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(44 + data.length);
  const view = new DataView(file.buffer);
  for (const [at, name] of [
    [0, "RIFF"],
    [8, "WAVE"],
    [12, "fmt "],
    [36, "data"],
  ] as const)
    file.set(new TextEncoder().encode(name), at);
  view.setUint32(4, 36 + promised, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, promised, true);
  file.set(data, 44);
  return file;
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function streamOf(bytes: Uint8Array, size = 7_001): ReadableStream<Uint8Array> {
  const pieces = inPieces(bytes, size);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function server(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ record: true, engine: scripted(script), ...options });
  const given: ConnectOptions = { apiHost: emulator.url, apiKey: "example", pace: false, connectionRetryDelay: 1 };
  return { emulator, given, [Symbol.asyncDispose]: () => emulator.close() };
}

/** Everything that comes, and how it ends. */
async function outcome(events: AsyncIterable<StreamingEvent>) {
  const types: string[] = [];
  const finals: string[] = [];
  try {
    for await (const event of events) {
      types.push(event.type);
      if (event.type === "Turn" && event.end_of_turn) finals.push(event.transcript);
    }
    return { types, finals, error: undefined, ended: "well" };
  } catch (error) {
    return { types, finals, error: String(error), ended: outcomeOf(error) };
  }
}

let rejections: ReturnType<typeof watchRejections>;
beforeEach(() => {
  rejections = watchRejections();
});
afterEach(async () => {
  await turn();
  rejections.stop();
  expect(rejections.seen).toEqual([]);
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-transcribe-"));
  await writeFile(join(folder, "speech.wav"), wav());
});
afterAll(() => rm(folder, { recursive: true }));

const sources: [string, () => TranscribeSource, ConnectOptions?][] = [
  ["the bytes of a WAV file", () => wav()],
  ["a promise of them", () => readFile(join(folder, "speech.wav"))],
  ["an ArrayBuffer", () => wav().buffer],
  ["a Blob", () => new Blob([wav()])],
  ["a ReadableStream", () => streamOf(wav())],
  ["createReadStream", () => createReadStream(join(folder, "speech.wav"), { highWaterMark: 999 })],
  ["an async iterable, byte by byte up to the audio", () => inPieces(wav(), 1)],
  ["an array", () => [wav().subarray(0, 50), wav().subarray(50)]],
  ["raw samples with their rate", () => pcm, { sampleRate: 16_000 }],
  ["an Int16Array", () => new Int16Array(pcm.buffer), { sampleRate: 16_000 }],
  ["a stream that says its rate, such as a microphone", () => ({ readable: streamOf(pcm), sampleRate: 16_000 })],
  ["a promise of one", async () => ({ readable: streamOf(pcm), sampleRate: 16_000, encoding: "pcm_s16le" })],
];

describe("transcribe reads", () => {
  test.each(sources)("%s", async (_, source, options) => {
    await using local = await server();
    const { finals, ended } = await outcome(transcribe(source(), { ...local.given, ...options }));
    expect({ finals, ended }).toEqual({ finals: ["harbor point"], ended: "well" });
    expect(Buffer.from(local.emulator.sessions[0]?.recordedAudio() ?? []).equals(pcm)).toBe(true);
  });

  test("the same without Web Streams of the platform", async () => {
    await using local = await server();
    expect((await outcome(transcribeWithPonyfill(inPieces(wav(), 5000), local.given))).finals).toEqual([
      "harbor point",
    ]);
  });

  test.each([
    [44_100, undefined, 16_000],
    [8000, undefined, 8000],
    [6000, undefined, 8000],
    [44_100, 8000, 8000],
  ])("a WAV file of %d Hz, asked for %s: sends %d Hz", async (rate, sampleRate, sent) => {
    await using local = await server();
    const file = wav(new Uint8Array(rate * 2).fill(0x20), rate);
    await outcome(transcribe(file, { ...local.given, sampleRate }));
    const [session] = local.emulator.sessions;
    expect(session?.parameters).toMatchObject({ sample_rate: sent });
    expect(session?.recordedAudio()).toHaveLength(sent * 2);
  });

  test("a WAV file that is cut short: all that is there, and a warning that says what is missing", async () => {
    await using local = await server();
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const { finals } = await outcome(transcribe(wav(pcm, 16_000, pcm.length * 2), { ...local.given, onWarning }));
    expect(finals).toEqual(["harbor point"]);
    expect(warnings).toEqual([expect.stringContaining("64000 of 128000 bytes")]);
  });

  test("nothing, until the loop begins", async () => {
    await using local = await server();
    let read = false;
    const source = (async function* () {
      read = true;
      yield pcm;
    })();
    transcribe(source, local.given);
    await turn();
    expect(read).toBe(false);
    expect(local.emulator.sessions).toHaveLength(0);
  });
});

describe("transcribe refuses, before it connects:", () => {
  /** Rejects when it is first asked. */
  const lazyRejection = {
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library.
    then: (_: unknown, reject: (reason: unknown) => void) => reject(new Error("no such file")),
  };
  const id3 = new TextEncoder().encode("ID3\u0004\0\0\0\0\0\0\0\0\0\0");
  test.each<[string, unknown, ConnectOptions, string, RegExp]>([
    ["an empty source", new Uint8Array(), {}, "invalid-audio", /empty/],
    ["an empty stream", streamOf(new Uint8Array()), {}, "invalid-audio", /empty/],
    ["raw samples without their rate", pcm, {}, "invalid-options", /^StreamingError: sampleRate: missing/],
    ["an MP3 file", id3, {}, "invalid-audio", /MP3.*openAudioFile\(source\)/],
    ["an MP3 file that is called PCM", id3, { sampleRate: 16_000 }, "invalid-audio", /MP3/],
    ["a WAV file that is called AAC", wav(), { encoding: "aac" }, "invalid-options", /encoding: "aac" is not/],
    ["a WAV file without audio", wav(new Uint8Array()), {}, "invalid-audio", /no audio/],
    ["half a header", wav().subarray(0, 30), {}, "invalid-audio", /ends after 30 bytes/],
    ["a text", "speech.wav", {}, "invalid-audio", /not "speech.wav"/],
    ["nothing", undefined, {}, "invalid-audio", /not undefined/],
    ["a promise that rejects", lazyRejection, {}, "audio-failed", /no such file/],
    [
      "another rate than the stream's own",
      { readable: streamOf(pcm), sampleRate: 16_000 },
      { sampleRate: 8000 },
      "invalid-options",
      /sampleRate: 8000 is not what the audio says of itself, 16000/,
    ],
  ])("%s", async (_, source, options, code, message) => {
    await using local = await server();
    const { ended, error } = await outcome(
      Reflect.apply(transcribe, undefined, [source, { ...local.given, ...options }]),
    );
    expect(ended).toBe(code);
    expect(error).toMatch(message);
    expect(local.emulator.sessions).toHaveLength(0);
  });

  test("a promise that rejects before the loop begins, without an unhandled rejection", async () => {
    const events = transcribe(readFile(join(folder, "no-such-file")), { apiKey: "example" });
    await turn();
    await turn();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await outcome(events)).toMatchObject({ ended: "audio-failed", error: /ENOENT/ });
  });

  test("wrong options, and closes the source", async () => {
    let cancelled = false;
    const source = new ReadableStream({
      pull: (controller) => controller.enqueue(wav()),
      cancel: () => {
        cancelled = true;
      },
    });
    expect((await outcome(transcribe(source, Object({ apiKey: "example", minTurnSilence: -1 })))).ended).toBe(
      "invalid-options",
    );
    expect(cancelled).toBe(true);
  });
});

describe("transcribe passes on", () => {
  test("the failure of a source, after every event of the audio before it", async () => {
    await using local = await server();
    const source = (async function* () {
      yield wav();
      throw new Error("the disk is gone");
    })();
    const { finals, ended, error } = await outcome(transcribe(source, local.given));
    expect({ finals, ended }).toEqual({ finals: ["harbor point"], ended: "audio-failed" });
    expect(error).toContain("the disk is gone");
  });

  test("the failure of a source at its first byte", async () => {
    await using local = await server();
    const source = new ReadableStream({ start: (controller) => controller.error(new Error("the disk is gone")) });
    expect(await outcome(transcribe(source, local.given))).toMatchObject({ ended: "audio-failed", types: [] });
  });

  test("samples that are no bytes", async () => {
    await using local = await server();
    const source = Reflect.apply(transcribe, undefined, [
      [new Float32Array(800)],
      { ...local.given, sampleRate: 16_000 },
    ]);
    expect(await outcome(source)).toMatchObject({ ended: "invalid-audio", error: /Float32Array/ });
  });

  test("a key that is refused, and closes the source", async () => {
    await using local = await server({ apiKeys: ["another"] });
    let closed = false;
    const source = (async function* () {
      try {
        for (;;) yield wav();
      } finally {
        closed = true;
      }
    })();
    expect(await outcome(transcribe(source, local.given))).toMatchObject({ ended: "unauthorized", types: [] });
    await until("the source to close", () => closed);
  });

  test("nothing of a drop but its events: the session reconnects", async () => {
    await using local = await server({ faults: [{ when: { audioMs: 600 }, do: "drop", session: 0 }] });
    const { types, finals, ended } = await outcome(transcribe(streamOf(wav()), local.given));
    expect(types).toContain("Reconnected");
    expect({ finals, ended }).toEqual({ finals: ["harbor point"], ended: "well" });
  });

  test("a drop that nothing makes up for", async () => {
    await using local = await server({ faults: [{ when: { audioMs: 600 }, do: "drop" }] });
    const events = transcribe(streamOf(wav()), { ...local.given, reconnect: false });
    expect(await outcome(events)).toMatchObject({ ended: "connection-lost" });
  });
});

describe("transcribe ends", () => {
  /** Audio without an end, and whether it was closed. */
  function endless() {
    const seen = { closed: false };
    const source = (async function* () {
      try {
        yield wav(pcm, 16_000, 0);
        for (;;) yield pcm;
      } finally {
        seen.closed = true;
      }
    })();
    return { seen, source };
  }

  test("when the loop is left: the session is terminated, and the source closed", async () => {
    await using local = await server();
    const { seen, source } = endless();
    for await (const event of transcribe(source, { ...local.given, pace: true })) if (event.type === "Turn") break;
    const [session] = local.emulator.sessions;
    expect(session?.received.some((message) => JSON.stringify(message).includes("Terminate"))).toBe(true);
    await until("the source to close", () => seen.closed);
  });

  test("when the loop throws", async () => {
    await using local = await server();
    const { seen, source } = endless();
    const loop = (async () => {
      for await (const event of transcribe(source, local.given)) throw new Error(event.type);
    })();
    await expect(loop).rejects.toThrow("Begin");
    await until("the source to close", () => seen.closed);
  });

  test("when it is disposed of while a source that says nothing is being opened", async () => {
    let cancelled = false;
    const source = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    const events = transcribe(source, { apiKey: "example" });
    const first = events[Symbol.asyncIterator]().next();
    await turn();
    await events[Symbol.asyncDispose]();
    expect(await first).toEqual({ done: true, value: undefined });
    expect(cancelled).toBe(true);
  });

  test("when its signal aborts, while the source is being opened and while the session runs", async () => {
    await using local = await server();
    const early = new AbortController();
    const opening = outcome(transcribe(new ReadableStream(), { ...local.given, signal: early.signal }));
    await turn();
    early.abort(new Error("enough"));
    expect(await opening).toMatchObject({ ended: "aborted", types: [] });

    const late = new AbortController();
    const { seen, source } = endless();
    const running = transcribe(source, { ...local.given, signal: late.signal });
    const types: string[] = [];
    const loop = (async () => {
      for await (const event of running) {
        types.push(event.type);
        late.abort();
      }
    })();
    await expect(loop).rejects.toMatchObject({ code: "aborted" });
    expect(types[0]).toBe("Begin");
    await until("the source to close", () => seen.closed);
    expect(await outcome(transcribe(wav(), { ...local.given, signal: late.signal }))).toMatchObject({
      ended: "aborted",
    });
  });

  test("once: a second loop gets nothing", async () => {
    await using local = await server();
    const events = transcribe(wav(), local.given);
    expect((await outcome(events)).ended).toBe("well");
    expect(await outcome(events)).toMatchObject({ ended: "well", types: [] });
  });
});
