import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunk, join, littleEndian, pieces, text, wavFile } from "../../test/wav-file.ts";
import { decodeMono, encodePcm16 } from "../pcm/sample-codec.ts";
import { readWav } from "./read-wav.ts";
import type { WavStream } from "./wav-stream.ts";
import { wavToPcm16 } from "./wav-to-pcm16.ts";

const data = Uint8Array.from({ length: 4_800 }, (_, i) => (i * 31) % 251);

function source(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

async function collect(readable: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const reader = readable.getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) chunks.push(item.value);
  return chunks;
}

async function through(wav: WavStream<Uint8Array>, parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return join(...(await collect(source(parts).pipeThrough(wav))));
}

describe("readWav", () => {
  test("yields the PCM bytes in whole frames, however the file was cut", async () => {
    const file = wavFile({ data, channels: 2, bits: 24 });
    const sizes = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        const chunks = await collect(source(pieces(file, cuts)).pipeThrough(readWav()));
        expect(chunks.every((bytes) => bytes.length > 0 && bytes.length % 6 === 0)).toBe(true);
        expect(join(...chunks)).toEqual(data);
      }),
      { numRuns: 20 },
    );
  });

  test("the header is known before anyone reads, even from single bytes", async () => {
    const wav = readWav();
    const written = source(pieces(wavFile({ data }), [1])).pipeTo(wav.writable);
    expect(await wav.header).toMatchObject({ encoding: "s16le", sampleRate: 16_000, dataBytes: 4_800, duration: 0.15 });
    expect(join(...(await collect(wav.readable)))).toEqual(data);
    await written;
    expect(await wav.summary).toMatchObject({ dataBytes: 4_800, missingBytes: 0 });
  });

  test("yields all of a truncated file, and then says what is missing", async () => {
    const wav = readWav();
    expect(await through(wav, [wavFile({ data, dataSize: 5_000 })])).toEqual(data);
    expect(await wav.summary).toMatchObject({ missingBytes: 200, truncation: { code: "truncated-wav" } });
  });

  test("accepts every kind of bytes, and refuses anything else", async () => {
    const file = wavFile({ data });
    for (const whole of [file.buffer, new DataView(file.buffer), new Uint16Array(file.buffer)]) {
      const wav = readWav();
      const writer = wav.writable.getWriter();
      void writer.write(whole).then(() => writer.close());
      expect(join(...(await collect(wav.readable)))).toEqual(data);
    }
  });

  test("refuses what is no bytes", async () => {
    const wav = readWav();
    const writer: WritableStreamDefaultWriter<unknown> = wav.writable.getWriter();
    void writer.write("RIFF").catch(() => {});
    await expect(collect(wav.readable)).rejects.toMatchObject({ code: "invalid-chunk" });
    await expect(wav.header).rejects.toMatchObject({ code: "invalid-chunk" });
  });
});

describe("wavToPcm16", () => {
  test("leaves mono 16-bit audio at its own rate bit-exact", async () => {
    expect(await through(wavToPcm16(), [wavFile({ data })])).toEqual(data);
  });

  test("brings any format to mono at the rate that is wanted", async () => {
    const stereo = join(...Array.from({ length: 4_410 }, () => littleEndian([0x20_0000, 24], [0x60_0000, 24])));
    const wav = wavToPcm16({ sampleRate: 16_000 });
    const output = await through(wav, [wavFile({ data: stereo, bits: 24, channels: 2, sampleRate: 44_100 })]);
    expect(output).toHaveLength(2 * 1_600);
    const middle = decodeMono(output, "s16le").subarray(100, 1_500);
    expect(middle.every((sample) => sample === 0.5)).toBe(true);
  });

  test("lets the header choose the rate", async () => {
    const wav = wavToPcm16({ sampleRate: ({ sampleRate }) => Math.min(sampleRate, 8_000) });
    expect(await through(wav, [wavFile({ data })])).toHaveLength(data.length / 2);
  });

  test.each([0, Number.NaN, -8_000])("refuses a rate of %s before it starts", (sampleRate) => {
    expect(() => wavToPcm16({ sampleRate })).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });

  test("fails with the resampler's reason when the file's rate cannot be converted", async () => {
    const wav = wavToPcm16({ sampleRate: 16_000 });
    await expect(through(wav, [wavFile({ data, sampleRate: 3 })])).rejects.toMatchObject({ code: "invalid-option" });
    await expect(wav.header).rejects.toMatchObject({ code: "invalid-option" });
  });
});

describe.each([
  ["readWav", readWav],
  ["wavToPcm16", wavToPcm16],
])("%s: every promise settles", (_, make) => {
  test.each([
    ["not a WAV file", text("hello, world, this is text"), "not-wav"],
    ["an unsupported one", wavFile({ tag: 0x55 }), "unsupported-wav"],
    ["an empty one", new Uint8Array(0), "empty-audio"],
    ["one cut in its header", wavFile({ first: chunk("LIST", text("long")) }).subarray(0, 30), "truncated-wav"],
  ])("given %s", async (_name, file, code) => {
    const wav = make();
    await expect(through(wav, [file])).rejects.toMatchObject({ code });
    await expect(wav.header).rejects.toMatchObject({ code });
    await expect(wav.summary).rejects.toMatchObject({ code });
  });

  test("given a header without audio: reports the header, then the failure", async () => {
    const wav = make();
    await expect(through(wav, [wavFile({ data: new Uint8Array(0) })])).rejects.toMatchObject({ code: "empty-audio" });
    expect(await wav.header).toMatchObject({ sampleRate: 16_000 });
    await expect(wav.summary).rejects.toMatchObject({ code: "empty-audio" });
  });

  test("when the reader cancels", async () => {
    const wav = make();
    await wav.readable.cancel(new Error("enough"));
    await expect(wav.header).rejects.toThrow();
    await expect(wav.summary).rejects.toThrow();
  });

  test("when the writer aborts", async () => {
    const wav = make();
    await wav.writable.abort(new Error("gone"));
    await expect(wav.header).rejects.toThrow("gone");
    await expect(wav.summary).rejects.toThrow("gone");
    await expect(collect(wav.readable)).rejects.toThrow("gone");
  });

  test("when the source fails midway, what was read before is kept", async () => {
    const wav = make();
    const reader = wav.readable.getReader();
    const writer = wav.writable.getWriter();
    const written = writer.write(wavFile({ data }));
    expect((await reader.read()).value).toEqual(encodePcm16(decodeMono(data, "s16le")));
    await written;
    await writer.abort(new Error("disk"));
    await expect(reader.read()).rejects.toThrow("disk");
    expect(await wav.header).toMatchObject({ sampleRate: 16_000 });
    await expect(wav.summary).rejects.toThrow("disk");
  });

  test("a reader that does not read holds the source back", async () => {
    const wav = make();
    let pulled = 0;
    const file = wavFile({ data: new Uint8Array(1_000_000) });
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(pulled === 0 ? file.subarray(0, 1_000) : new Uint8Array(1_000));
        pulled++;
      },
    });
    const piped = endless.pipeTo(wav.writable).catch(() => {});
    await wav.header;
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThan(10);
    await wav.readable.cancel();
    await piped;
  });
});
