import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { scripted, startEmulator } from "@voxpipe/emulator";
import { cases, needing } from "@voxpipe/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transcribe } from "voxpipe";
import { type AudioFile, type AudioFileSource, openAudioFile } from "../src/index.ts";
import { collect, type MadeFiles, makeFiles, samplePcm, sampleSeconds, streamOf } from "./made-files.ts";

/** For a machine that is busy. */
const patience = { connectTimeout: 120_000, terminationTimeout: 120_000 };

describe("openAudioFile", needing("ffmpeg"), () => {
  let made: MadeFiles;
  beforeAll(() => {
    made = makeFiles();
  });
  afterAll(() => made?.[Symbol.dispose]());

  const sources: readonly (readonly [string, (bytes: Uint8Array<ArrayBuffer>) => AudioFileSource])[] = [
    ["bytes", (bytes) => bytes],
    ["a Blob", (bytes) => new Blob([bytes], { type: "text/plain" })],
    ["a stream", (bytes) => streamOf(bytes)],
    ["an object that reads anywhere", (bytes) => ({ size: bytes.length, read: (from, to) => bytes.slice(from, to) })],
  ];

  describe.each(cases(sources.slice(2, 3), sources))("of %s", (_, source) => {
    test.each([
      ["speech.wav", "wav"],
      ["speech.aiff", "aiff"],
      ["speech-24.aiff", "aiff"],
      ["little-endian.aifc", "aiff"],
      ["pcm.mka", "webm"],
    ])("decodes %s to the very samples that are in it", async (name, format) => {
      const file = await openAudioFile(source(made.get(name)));
      expect(file).toMatchObject({ format, encoding: "pcm_s16le", sampleRate: 16_000 });
      expect(Buffer.concat(await collect(file.readable)).equals(samplePcm)).toBe(true);
      expect(file.warning()).toBeUndefined();
    });

    test.each([
      ["speech.flac", "flac", 1],
      ["flac.ogg", "ogg", 1],
      // ffmpeg takes 3 dB off each side.
      ["stereo-44100.flac", "flac", Math.SQRT1_2],
      ["speech.mp3", "mp3", 1],
      ["stereo-44100.mp3", "mp3", Math.SQRT1_2],
      ["vorbis.ogg", "ogg", 1],
    ])("decodes %s to mono at 16 kHz, as long as the sample and as loud", async (name, format, loudness) => {
      const file = await openAudioFile(source(made.get(name)));
      expect(file).toMatchObject({ format, encoding: "pcm_s16le", sampleRate: 16_000 });
      const pcm = Buffer.concat(await collect(file.readable));
      expect(Math.abs(pcm.length / 32_000 - sampleSeconds)).toBeLessThan(0.2);
      expect(Math.abs(rms(pcm) / rms(samplePcm) - loudness)).toBeLessThan(0.06);
      expect(file.warning()).toBeUndefined();
    });

    test.each([
      ["opus.webm", "webm"],
      ["live.webm", "webm"],
      ["opus.mka", "webm"],
      ["opus.mp4", "mp4"],
    ])("takes the Opus packets out of %s", async (name, format) => {
      const file = await openAudioFile(source(made.get(name)));
      expect(file).toMatchObject({ format, encoding: "opus", sampleRate: undefined });
      const packets = await collect(file.readable);
      // ffmpeg's packets have 20 ms.
      expect(Math.abs(packets.length * 0.02 - sampleSeconds)).toBeLessThan(0.1);
      expect(file.warning()).toBeUndefined();
    });

    test.each([
      ["index-at-end.m4a", "mp4"],
      ["index-first.m4a", "mp4"],
      ["fragments.mp4", "mp4"],
      ["speech.mov", "mp4"],
    ])("takes the AAC out of %s, as the ADTS that ffmpeg writes", async (name, format) => {
      const file = await openAudioFile(source(made.get(name)));
      expect(file).toMatchObject({ format, encoding: "aac", sampleRate: undefined });
      const adts = Buffer.concat(await collect(file.readable));
      expect(headers(adts)).toEqual(headers(made.get("speech.aac")));
      expect(adts).toHaveLength(made.get("speech.aac").length);
    });

    test.each([
      ["opus.ogg", "ogg", "ogg_opus"],
      ["speech.aac", "aac", "aac"],
    ])("passes on %s as it is", async (name, format, encoding) => {
      const file = await openAudioFile(source(made.get(name)));
      expect(file).toMatchObject({ format, encoding });
      expect(Buffer.concat(await collect(file.readable)).equals(made.get(name))).toBe(true);
    });

    test("says of ALAC that it has to be converted", async () => {
      await expect(openAudioFile(source(made.get("alac.m4a")))).rejects.toMatchObject({
        code: "unsupported-format",
        message: expect.stringContaining("ffmpeg -i"),
      });
    });
  });

  test("a stream of fragments that are longer than what is kept gives all of them", async () => {
    const path = join(made.folder, "long-fragments.mov");
    const loop = ["-stream_loop", "24", "-i", join(made.folder, "little-endian.aifc"), "-c:a", "pcm_s16le"];
    // Without default_base_moof, the places of samples count from the beginning of the file.
    const fragments = ["-movflags", "empty_moov", "-frag_duration", "290000000"];
    execFileSync("ffmpeg", ["-loglevel", "error", ...loop, ...fragments, path]);
    const file = await openAudioFile(createReadStream(path));
    const pcm = Buffer.concat(await collect(file.readable));
    expect(pcm).toHaveLength(25 * samplePcm.length);
    for (let at = 0; at < pcm.length; at += samplePcm.length)
      expect(pcm.subarray(at, at + samplePcm.length).equals(samplePcm)).toBe(true);
  });

  test("converts to the rate that is wanted", async () => {
    const file = await openAudioFile(made.get("speech.flac"), { sampleRate: 8000 });
    expect(file.sampleRate).toBe(8000);
    expect(Math.abs(Buffer.concat(await collect(file.readable)).length / 16_000 - sampleSeconds)).toBeLessThan(0.1);
  });

  test.each(["speech.mp3", "opus.webm", "index-first.m4a", "speech.flac", "speech.aiff", "opus.ogg"])(
    "closes the source of %s when its reader leaves",
    async (name) => {
      let closed = false;
      const bytes = made.get(name);
      const source = (async function* () {
        try {
          for (let at = 0; ; at = (at + 3000) % bytes.length) yield bytes.subarray(at, at + 3000);
        } finally {
          closed = true;
        }
      })();
      const file = await openAudioFile(source);
      const reader = file.readable.getReader();
      await reader.read();
      await reader.cancel();
      await expect.poll(() => closed).toBe(true);
    },
  );

  test.each([
    "speech.mp3",
    "speech.flac",
    "speech.aiff",
    "opus.webm",
    "index-first.m4a",
    "opus.ogg",
    "speech.aac",
    ...cases(["long-pages.ogg"], ["long-pages.ogg", "short-packets.ogg", "long-packets.webm", "8000.aac"]),
  ])("transcribe takes %s: the service hears it from end to end", async (name) => {
    await using emulator = await startEmulator({ engine: scripted() });
    const heard = async (source: AudioFileSource | AudioFile) => {
      const finals: string[] = [];
      const file = "readable" in source ? source : openAudioFile(source);
      const options = { apiHost: emulator.url, apiKey: "example", pace: false, ...patience } as const;
      for await (const event of transcribe(file, options))
        if (event.type === "Turn" && event.end_of_turn) finals.push(event.transcript);
      return finals
        .join(" ")
        .toLowerCase()
        .match(/[a-z-]+/g);
    };
    const words = await heard(streamOf(made.get(name)));
    // The engine numbers the seconds in which it hears something.
    const expected = await heard(made.get("speech.wav"));
    expect(expected?.length).toBeGreaterThan(15);
    expect(words?.at(-1)).toBe(expected?.at(-1));
    expect(words?.filter((word) => !expected?.includes(word))).toEqual([]);
  });
});

function rms(pcm: Uint8Array): number {
  const samples = new Int16Array(pcm.slice().buffer);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** The fixed part of each ADTS header. */
function headers(adts: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at + 7 <= adts.length; ) {
    const [, , , high = 0, middle = 0, low = 0] = adts.subarray(at);
    const length = ((high & 3) << 11) | (middle << 3) | (low >> 5);
    found.push(`${Buffer.from(adts.subarray(at + 1, at + 3)).toString("hex")} ${high & 0xc0} ${length}`);
    at += length;
  }
  return found;
}
