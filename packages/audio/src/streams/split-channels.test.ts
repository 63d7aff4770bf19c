import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { join, littleEndian, pieces, text, wavFile } from "../../test/wav-file.ts";
import { bytesPerSample, type SampleEncoding } from "../pcm/pcm-format.ts";
import { decodeMono, encodePcm16 } from "../pcm/sample-codec.ts";
import { splitChannels } from "./split-channels.ts";
import { wavChannels } from "./wav-channels.ts";

function source(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

async function collect(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = readable.getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) chunks.push(item.value);
  return join(...chunks);
}

/** Frames whose samples say which channel and frame they are of. */
function interleaved(frames: number, channels: number, size: number) {
  const sample = (frame: number, channel: number) =>
    Uint8Array.from({ length: size }, (_, byte) => (frame * 31 + channel * 7 + byte) % 256);
  const order = Array.from({ length: frames }, (_, frame) => frame);
  return {
    bytes: join(...order.flatMap((frame) => Array.from({ length: channels }, (_, channel) => sample(frame, channel)))),
    channel: (channel: number) => join(...order.map((frame) => sample(frame, channel))),
  };
}

const cuts = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 }).filter((c) => c.some(Boolean));

describe("splitChannels", () => {
  test("gives each channel its own samples unchanged, for any encoding and number, however the bytes are cut", async () => {
    const encodings = fc.constantFrom(...(Object.keys(bytesPerSample) as SampleEncoding[]));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.nat(60),
        encodings,
        cuts,
        fc.nat(7),
        async (count, frames, encoding, sizes, rest) => {
          const size = bytesPerSample[encoding];
          const { bytes, channel } = interleaved(frames, count, size);
          const incomplete = new Uint8Array(Math.min(rest, count * size - 1));
          const { writable, channels } = splitChannels(count, { encoding });
          const piped = source(pieces(join(bytes, incomplete), sizes)).pipeTo(writable);
          const read = await Promise.all(channels.map(collect));
          await piped;
          expect(read).toEqual(Array.from({ length: count }, (_, index) => channel(index)));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("holds the input back for the channel that is read last", async () => {
    const { writable, channels } = splitChannels(2, { highWaterMark: 1_000 });
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          await new Promise((resolve) => setImmediate(resolve));
          pulled++;
          controller.enqueue(new Uint8Array(400));
        },
      },
      { highWaterMark: 0 },
    );
    const piped = endless.pipeTo(writable).catch((reason: unknown) => reason);
    const [first, second] = channels.map((channel) => channel.getReader());
    const drained = (async () => {
      while (!(await first?.read())?.done);
    })();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThan(10);
    await second?.cancel("unwanted");
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeGreaterThan(10);
    await first?.cancel("enough");
    expect(await piped).toBe("enough");
    await drained;
  });

  test("fails every channel with the input's error, also while a write waits for a reader", async () => {
    const { writable, channels } = splitChannels(2, { highWaterMark: 10 });
    const writer = writable.getWriter();
    const write = writer.write(new Uint8Array(400)).catch(() => {});
    await writer.abort(new Error("gone"));
    await write;
    for (const channel of channels) await expect(collect(channel)).rejects.toThrow("gone");
  });

  test("refuses what is no bytes", async () => {
    const { writable, channels } = splitChannels(1);
    const writer: WritableStreamDefaultWriter<unknown> = writable.getWriter();
    await expect(writer.write("stereo")).rejects.toMatchObject({ code: "invalid-chunk" });
    for (const channel of channels) await expect(collect(channel)).rejects.toMatchObject({ code: "invalid-chunk" });
  });

  test.each([0, 1.5, -1, Number.NaN, 65_536])("refuses %s channels", (count) => {
    expect(() => splitChannels(count)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});

describe("wavChannels", () => {
  test("gives the channels of any WAV file as mono s16le, however the file is cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.constantFrom(16, 24), cuts, async (count, bits, sizes) => {
        const { bytes, channel } = interleaved(200, count, bits / 8);
        const wav = wavChannels();
        const piped = source(pieces(wavFile({ data: bytes, channels: count, bits }), sizes)).pipeTo(wav.writable);
        const read = await Promise.all((await wav.channels).map(collect));
        await piped;
        const encoding = bits === 16 ? "s16le" : "s24le";
        const wanted = Array.from({ length: count }, (_, index) => encodePcm16(decodeMono(channel(index), encoding)));
        expect(read).toEqual(wanted);
        expect(await wav.summary).toMatchObject({ missingBytes: 0 });
      }),
      { numRuns: 40 },
    );
  });

  test("brings every channel to the rate that is wanted", async () => {
    const stereo = join(...Array.from({ length: 4_410 }, () => littleEndian([0x2000, 16], [0x6000, 16])));
    const wav = wavChannels({ sampleRate: ({ sampleRate }) => Math.min(sampleRate, 16_000) });
    void source([wavFile({ data: stereo, channels: 2, sampleRate: 44_100 })]).pipeTo(wav.writable);
    const read = await Promise.all((await wav.channels).map(collect));
    const middles = read.map((bytes) => decodeMono(bytes, "s16le").subarray(100, 1_500));
    expect(middles.map((samples) => [samples.length, samples.every((sample) => sample === samples[0])])).toEqual([
      [1_400, true],
      [1_400, true],
    ]);
    expect(middles.map((samples) => samples[0])).toEqual([0.25, 0.75]);
  });

  test("rejects for what is no WAV file, and for more channels than a recording has", async () => {
    const bad = wavChannels();
    await expect(source([text("hello, world, this is text")]).pipeTo(bad.writable)).rejects.toMatchObject({
      code: "not-wav",
    });
    await expect(bad.channels).rejects.toMatchObject({ code: "not-wav" });
    const many = wavChannels();
    const piped = source([wavFile({ channels: 257, data: new Uint8Array(514) })]).pipeTo(many.writable);
    await expect(many.channels).rejects.toMatchObject({ code: "unsupported-wav" });
    await piped.catch(() => {});
  });
});
