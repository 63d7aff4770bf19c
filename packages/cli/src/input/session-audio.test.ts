import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { needing } from "@voxpipe/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../command/usage-error.ts";
import { openSessionAudio } from "./session-audio.ts";
import { wavFile } from "./wav.fixture.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const reader = bytes.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) chunks.push(read.value);
  return Buffer.concat(chunks);
}

const noInput = Readable.from([]);
const open = (source: string, flags = {}) => openSessionAudio(source, noInput, flags);

describe("openSessionAudio", () => {
  it("reads a WAV file as mono 16-bit PCM and knows its length", async () => {
    const samples = Int16Array.from({ length: 16_000 }, (_, i) => i);
    const audio = await open(await file("mono.wav", wavFile({ samples })));
    expect(audio).toMatchObject({ encoding: "pcm_s16le", sampleRate: 16_000, length: 1000 });
    expect(await read(audio.bytes)).toEqual(Buffer.from(samples.buffer));
    expect(await audio.warning()).toBeUndefined();
  });

  it("brings a higher rate down to 16 kHz and keeps a lower one", async () => {
    const samples = new Int16Array(44_100);
    const high = await open(await file("high.wav", wavFile({ samples, sampleRate: 44_100 })));
    expect(high).toMatchObject({ sampleRate: 16_000, length: 1000 });
    expect(await read(high.bytes)).toHaveLength(32_000);
    const low = await open(await file("low.wav", wavFile({ samples, sampleRate: 8000 })));
    expect(low.sampleRate).toBe(8000);
    await low.bytes.cancel();
  });

  it("gives what is there of a truncated WAV, and says afterwards what is missing", async () => {
    const whole = wavFile({ samples: new Int16Array(16_000) });
    const audio = await open(await file("short.wav", whole.subarray(0, 44 + 16_000)));
    expect(audio.length).toBeCloseTo(500, -1);
    expect(await read(audio.bytes)).toHaveLength(16_000);
    expect(await audio.warning()).toMatch(/short\.wav: .*truncated.*0\.50 s/);
  });

  it("takes arecord's length into a pipe for none", async () => {
    const wav = Buffer.from(wavFile({ samples: new Int16Array(16_000) }));
    wav.writeUInt32LE(0x8000_0024, 4);
    wav.writeUInt32LE(0x8000_0000, 40);
    const audio = await openSessionAudio("-", Readable.from([wav]), {});
    expect(audio.length).toBeUndefined();
    expect(await read(audio.bytes)).toHaveLength(32_000);
    expect(await audio.warning()).toBeUndefined();
  });

  it("reads on where cat has joined WAV files of one format", async () => {
    const wav = wavFile({ samples: new Int16Array(16_000) });
    const audio = await openSessionAudio("-", Readable.from([wav, wav]), {});
    expect(await read(audio.bytes)).toHaveLength(64_000);
    expect(await audio.warning()).toBeUndefined();
  });

  it("says that a joined file of another format was not read, and what to do", async () => {
    const samples = new Int16Array(16_000);
    const audio = await open(
      await file("joined.wav", Buffer.concat([wavFile({ samples }), wavFile({ samples, sampleRate: 8_000 })])),
    );
    expect(await read(audio.bytes)).toHaveLength(32_000);
    expect(await audio.warning()).toMatch(
      /joined\.wav: Another WAV file follows, .* 8000 Hz instead of .* 16000 Hz: 32044 bytes were not read\. Convert/,
    );
  });

  it("reads raw PCM as the flags say", async () => {
    const path = await file("call.raw", new Uint8Array(4000).fill(0x7f));
    const mulaw = await open(path, { encoding: "pcm_mulaw", sampleRate: 8000 });
    expect(mulaw).toMatchObject({ encoding: "pcm_mulaw", sampleRate: 8000, length: 500 });
    expect(await read(mulaw.bytes)).toHaveLength(4000);
    const pcm = await open(path, { sampleRate: 8000 });
    expect(pcm).toMatchObject({ encoding: "pcm_s16le", length: 250 });
    await pcm.bytes.cancel();
  });

  it("passes Ogg Opus on as it is", async () => {
    const content = `OggS\0\x02${"\0".repeat(20)}\x01\x13OpusHead and the rest`;
    const audio = await open(await file("voice.opus", content));
    expect(audio).toMatchObject({ encoding: "ogg_opus", sampleRate: undefined, length: content.length });
    expect((await read(audio.bytes)).toString()).toBe(content);
  });

  it("reads standard input in pieces of any size", async () => {
    const wav = wavFile({ samples: new Int16Array(1600) });
    const stdin = Readable.from(Array.from(wav, (byte) => Uint8Array.of(byte)));
    const audio = await openSessionAudio("-", stdin, {});
    expect(audio.name).toBe("standard input");
    expect(await read(audio.bytes)).toHaveLength(3200);
  });

  it("lets go of standard input when it is cancelled", async () => {
    const stdin = new PassThrough();
    stdin.write(wavFile({ samples: new Int16Array(1600) }));
    const audio = await openSessionAudio("-", stdin, {});
    await audio.bytes.cancel();
    expect(stdin.destroyed).toBe(true);
  });
});

describe("input that cannot be transcribed", () => {
  const wav = wavFile({ samples: new Int16Array(1600) });
  const adpcm = wavFile({ samples: new Int16Array(1600), format: 17 });

  it.each<[string, () => Promise<string>, RegExp]>([
    ["missing", async () => join(folder, "no.wav"), /no\.wav does not exist/],
    ["below a file", async () => join(await file("a", "a"), "b.wav"), /does not exist/],
    ["empty", () => file("empty.wav", ""), /empty\.wav is empty/],
    ["not audio", () => file("notes.txt", "Dear diary"), /notes\.txt is not audio/],
    ["an MP3 file in name only", () => file("song.mp3", "ID3\x04\0\0\0\0"), /song\.mp3: The MP3 file holds no audio/],
    ["FLAC without audio", () => file("song.flac", "fLaC\0\0\0\x22"), /song\.flac: .*no audio/],
    ["cut in its header", () => file("cut.wav", wav.subarray(0, 30)), /cut\.wav: .*before any audio/],
    ["cut behind its header", () => file("header.wav", wav.subarray(0, 44)), /header\.wav: .*3200 of 3200 bytes/],
    ["without samples", () => file("none.wav", wavFile({ samples: new Int16Array(0) })), /none\.wav: .*no audio/],
    ["in an unsupported codec", () => file("adpcm.wav", adpcm), /adpcm\.wav: .*IMA ADPCM.*ffmpeg/],
    [
      "sampled too slowly",
      () => file("slow.wav", wavFile({ samples: new Int16Array(99), sampleRate: 4000 })),
      /4000 Hz/,
    ],
    ["a directory", () => mkdir(join(folder, "dir")).then(() => join(folder, "dir")), /is a directory/],
  ])("a file that is %s", async (_, create, message) => {
    const opening = open(await create());
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(message);
  });

  it("an empty pipe, and a terminal instead of a pipe", async () => {
    await expect(open("-")).rejects.toThrow("standard input is empty");
    await expect(openSessionAudio("-", Object.assign(Readable.from([]), { isTTY: true }), {})).rejects.toThrow(
      /this terminal\. Pipe audio/,
    );
  });
});

describe("audio files that are no WAV", needing("ffmpeg"), () => {
  const sample = fileURLToPath(new URL("../../../recognizer/sample/sample.wav", import.meta.url));
  /** Named so that only the content can be right. */
  async function made(...args: string[]): Promise<string> {
    const path = join(folder, `${args.join("")}.txt`);
    await promisify(execFile)("ffmpeg", ["-loglevel", "error", "-i", sample, ...args, path]);
    return path;
  }

  it.each([
    [["-f", "mp3"], { encoding: "pcm_s16le", sampleRate: 16_000 }],
    [["-f", "flac"], { encoding: "pcm_s16le", sampleRate: 16_000 }],
    [["-c:a", "libopus", "-f", "webm"], { encoding: "opus", sampleRate: undefined }],
    [["-c:a", "aac", "-f", "mp4"], { encoding: "aac", sampleRate: undefined }],
  ])("made with %j, from a file and from a pipe", async (args, expected) => {
    const path = await made(...args);
    const fromFile = await open(path);
    expect(fromFile).toMatchObject(expected);
    const fromPipe = await openSessionAudio("-", createReadStream(path), {});
    expect(fromPipe).toMatchObject(expected);
    expect((await read(fromPipe.bytes)).equals(await read(fromFile.bytes))).toBe(true);
  });

  it("cut short: reads what is there, and says what is missing", async () => {
    const whole = await readFile(await made("-c:a", "libopus", "-f", "webm", "-cluster_time_limit", "5000"));
    const audio = await open(await file("cut", whole.subarray(0, whole.length / 2)));
    expect((await read(audio.bytes)).length).toBeGreaterThan(whole.length / 2.2);
    expect(await audio.warning()).toMatch(/cut: The WebM file is cut short: 1\d\.\d of 24\.5 s/);
  });
});
