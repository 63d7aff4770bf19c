import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { expectTypeOf, test } from "vitest";
import { meterLevel } from "./meter-level.ts";
import { decodeMulaw, encodeMulaw } from "./mulaw.ts";
import { resample } from "./resample.ts";
import { wavToPcm16 } from "./wav-to-pcm16.ts";

type Bytes = Uint8Array<ArrayBuffer>;

test("the streams chain without a cast, from any bytes to what a session takes", () => {
  const chain = (file: ReadableStream<Uint8Array>, sink: WritableStream<BufferSource>) =>
    file
      .pipeThrough(wavToPcm16())
      .pipeThrough(resample({ from: 16_000, to: 8_000 }))
      .pipeThrough(encodeMulaw())
      .pipeThrough(decodeMulaw())
      .pipeThrough(meterLevel({ sampleRate: 8_000, onLevel: () => {} }))
      .pipeTo(sink);
  expectTypeOf(chain).returns.toEqualTypeOf<Promise<void>>();
});

test("a level meter passes on the type that it is given", () => {
  expectTypeOf(meterLevel({ sampleRate: 8_000, onLevel: () => {} })).toEqualTypeOf<TransformStream<Bytes, Bytes>>();
  expectTypeOf(meterLevel<Uint8Array>).returns.toEqualTypeOf<TransformStream<Uint8Array, Uint8Array>>();
});

test("what Node types as its own stream can be piped in", () => {
  const pipe = (file: NodeReadableStream<Uint8Array>) =>
    Promise.all([file.pipeTo(wavToPcm16().writable), file.pipeTo(encodeMulaw().writable)]);
  expectTypeOf(pipe).returns.toExtend<Promise<unknown>>();
});
