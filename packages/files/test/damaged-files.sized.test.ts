import { cases, needing } from "@voxpipe/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AudioError, openAudioFile } from "../src/index.ts";
import { collect, type MadeFiles, makeFiles, sampleSeconds, streamOf } from "./made-files.ts";
import { noAudioFiles, promisingFiles } from "./odd-files.ts";

/** Seconds that were read, and what was said; or the code of the error. */
async function read(bytes: Uint8Array<ArrayBuffer>, streamed: boolean) {
  try {
    const file = await openAudioFile(streamed ? streamOf(bytes, 20_000) : bytes);
    const chunks = await collect(file.readable);
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const seconds = {
      pcm_s16le: length / 2 / (file.sampleRate ?? 1),
      opus: chunks.length * 0.02,
      aac: undefined,
      ogg_opus: undefined,
    }[file.encoding];
    return { seconds, length, warning: file.warning(), code: undefined };
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    expect(error.message).toMatch(/\. .+/);
    return { seconds: undefined, length: 0, warning: undefined, code: error.code };
  }
}

describe("a damaged file", needing("ffmpeg"), () => {
  let made: MadeFiles;
  beforeAll(() => {
    made = makeFiles();
  });
  afterAll(() => made?.[Symbol.dispose]());

  const tenths = cases([2, 6], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

  describe.each(["speech.wav", "speech.aiff", "speech.flac", "speech.mp3", "vorbis.ogg", "opus.webm", "live.webm"])(
    "%s cut at a tenth",
    (name) => {
      test.each(tenths)("%d: all that is left is read", async (tenth) => {
        const whole = made.get(name);
        const cut = whole.slice(0, Math.floor((whole.length * tenth) / 10));
        for (const streamed of [false, true]) {
          const { seconds, code } = await read(cut, streamed);
          expect(code).toBeUndefined();
          // Headers and uneven bit rates: within two seconds of the proportion.
          expect(Math.abs((seconds ?? 0) - (sampleSeconds * tenth) / 10)).toBeLessThan(2);
        }
      });

      test("says what is missing, if the file said how long it was", async () => {
        const whole = made.get(name);
        const { warning } = await read(whole.slice(0, whole.length / 2), true);
        if (["vorbis.ogg", "live.webm"].includes(name)) expect(warning).toBeUndefined();
        else expect(warning).toMatch(/missing at its end/);
      });
    },
  );

  test.each(tenths)(
    "index-first.m4a, fragments.mp4, opus.ogg and speech.aac cut at tenth %d: what is left",
    async (tenth) => {
      for (const name of ["index-first.m4a", "fragments.mp4", "opus.ogg", "speech.aac"]) {
        const whole = made.get(name);
        const { length } = await read(whole.slice(0, Math.floor((whole.length * tenth) / 10)), true);
        expect(Math.abs(length / whole.length - tenth / 10)).toBeLessThan(0.08);
      }
    },
  );

  test("Matroska with several packets in a block has to be converted, and says how", async () => {
    const bytes = made.get("opus.webm");
    // A block: its id, a size of one or two bytes, track 1, a time of two bytes, and flags.
    const at = bytes.findIndex((byte, i) => byte === 0xa3 && bytes[i + 3] === 0x81 && bytes[i + 6] === 0x80);
    expect(at).toBeGreaterThan(0);
    bytes[at + 6] = 0x82;
    const reading = openAudioFile(bytes).then((file) => collect(file.readable));
    await expect(reading).rejects.toMatchObject({
      code: "unsupported-format",
      message: expect.stringContaining("ffmpeg -i"),
    });
  });

  test.each(tenths)("index-at-end.m4a cut at tenth %d has lost its index, and says so", async (tenth) => {
    const whole = made.get("index-at-end.m4a");
    const cut = whole.slice(0, Math.floor((whole.length * tenth) / 10));
    expect(await read(cut, true)).toMatchObject({ code: "damaged-file" });
    expect(await read(cut, false)).toMatchObject({ code: "damaged-file" });
  });

  test.each(["speech.mp3", "speech.flac", "opus.webm", "index-first.m4a", "fragments.mp4", "opus.ogg", "speech.aiff"])(
    "%s with bytes that were changed anywhere: audio, a warning, or an AudioError, and an end",
    async (name) => {
      const whole = made.get(name).slice(0, 60_000);
      await fc.assert(
        fc.asyncProperty(fc.nat(59_000), fc.uint8Array({ minLength: 1, maxLength: 200 }), async (at, junk) => {
          const bytes = whole.slice();
          bytes.set(junk.subarray(0, bytes.length - at), at);
          await read(bytes, true);
        }),
        { numRuns: cases(3, 40) },
      );
    },
  );
});

describe("a file that promises 2 GB and has 1 MB of zeros", () => {
  test.each(promisingFiles)("%s", async (_, bytes, code) => {
    for (const streamed of [false, true]) expect(await read(bytes, streamed)).toMatchObject({ code });
  });
});

describe("what is no audio file", () => {
  test.each(noAudioFiles)("%s", async (_, bytes, code) => {
    for (const streamed of [false, true]) expect(await read(bytes, streamed)).toMatchObject({ code });
  });

  test.each([
    ["a path", "speech.mp3"],
    ["a number", 5],
    ["null", null],
    ["texts", ["speech.mp3"]],
  ])("%s", async (_, source) => {
    await expect(Reflect.apply(openAudioFile, undefined, [source])).rejects.toMatchObject({ code: "invalid-chunk" });
  });

  test("a source that fails: its own error", async () => {
    const failing = new ReadableStream({ start: (controller) => controller.error(new Error("the disk is gone")) });
    await expect(openAudioFile(failing)).rejects.toThrow("the disk is gone");
  });
});
