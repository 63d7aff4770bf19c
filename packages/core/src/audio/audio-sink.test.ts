import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import type { AudioEncoding } from "./audio-format.ts";
import { AudioSink } from "./audio-sink.ts";
import type { ReplayBuffer } from "./replay-buffer.ts";

/** A log that takes at most `room` bytes at a time and keeps them. */
class FakeLog implements ReplayBuffer {
  readonly taken: number[] = [];
  readonly messageMs = 0;
  readonly sentMs = 0;
  readonly endMs = 0;
  readonly room: number;

  constructor(room: number) {
    this.room = room;
  }

  append(chunk: Uint8Array, offset: number): number {
    const part = chunk.subarray(offset, offset + this.room);
    this.taken.push(...part);
    return part.length;
  }

  has(): boolean {
    return false;
  }
  next(): undefined {}
  rest(): undefined {}
  rewind(): void {}
  quietPlace(_startMs: number, endMs: number): number {
    return endMs;
  }

  release(): void {}
}

function open(highWaterMark = 100, encoding: AudioEncoding = "pcm_s16le") {
  const failures: StreamingError[] = [];
  const log = new FakeLog(4);
  const clock = new FakeClock();
  let written = 0;
  let closings = 0;
  const sink = new AudioSink(globalThis, encoding, highWaterMark, {
    now: () => clock.now(),
    written: () => {
      written++;
    },
    closed: async () => {
      closings++;
    },
    failed: (error) => {
      failures.push(error);
    },
  });
  return { sink, log, clock, failures, writer: sink.stream.getWriter(), told: () => ({ written, closings }) };
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

async function drain(sink: AudioSink, log: FakeLog): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    idle = sink.fill(log) ? 0 : idle + 1;
    await turnOfTheLoop();
  }
}

/** Whether the promise has settled by the next turn of the event loop. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => {
      done = true;
    },
    () => {
      done = true;
    },
  );
  await turnOfTheLoop();
  return done;
}

describe("backpressure", () => {
  test("a write is done when its last byte was taken", async () => {
    const { sink, log, writer } = open();
    const write = writer.write(new Uint8Array([1, 2, 3, 4, 5, 6]));
    await turnOfTheLoop();
    sink.fill(log);
    expect(await settled(write)).toBe(false);
    sink.fill(log);
    expect(await settled(write)).toBe(true);
    expect(log.taken).toEqual([1, 2, 3, 4, 5, 6]);
    expect(sink.fill(log)).toBe(false);
  });

  test("the writer is asked to wait beyond the high-water mark, and no longer than that", async () => {
    const { sink, log, writer } = open(10);
    await writer.ready;
    writer.write(new Uint8Array(6)).catch(() => {});
    expect(writer.desiredSize).toBe(4);
    writer.write(new Uint8Array(6)).catch(() => {});
    expect(writer.desiredSize).toBe(-2);
    const { ready } = writer;
    expect(await settled(ready)).toBe(false);
    await drain(sink, log);
    expect(await settled(ready)).toBe(true);
    expect(writer.desiredSize).toBe(10);
  });

  test("counts bytes as written at once, and as taken when they are", async () => {
    const { sink, log, writer } = open();
    for (const length of [3, 5]) writer.write(new Uint8Array(length)).catch(() => {});
    expect(sink).toMatchObject({ writtenBytes: 8, takenBytes: 0 });
    await drain(sink, log);
    expect(sink).toMatchObject({ writtenBytes: 8, takenBytes: 8 });
  });

  test("knows when the chunk was written that was taken last, also where it waited behind others", async () => {
    const { sink, log, clock, writer } = open();
    const startedAt = clock.now();
    for (const length of [3, 5]) {
      writer.write(new Uint8Array(length)).catch(() => {});
      clock.advance(20);
    }
    await turnOfTheLoop();
    clock.advance(1000);
    sink.fill(log);
    expect(sink.writtenAt - startedAt).toBe(0);
    await turnOfTheLoop();
    sink.fill(log);
    expect(sink.writtenAt - startedAt).toBe(20);
  });

  test("takes chunks in their order", async () => {
    const { sink, log, writer } = open();
    for (const bytes of [[1, 2, 3], [4], [], [5, 6, 7, 8, 9]]) writer.write(Uint8Array.from(bytes)).catch(() => {});
    await drain(sink, log);
    expect(log.taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe("what can be written", () => {
  const memory = Uint8Array.from([9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]).buffer;
  const shared = new SharedArrayBuffer(4);
  new Uint8Array(shared).set([1, 2, 3, 4]);

  test.each([
    ["a Uint8Array into the middle", new Uint8Array(memory, 1, 3), [1, 2, 3]],
    ["a DataView", new DataView(memory, 2, 4), [2, 3, 4, 5]],
    ["a Uint8ClampedArray", new Uint8ClampedArray(memory, 4, 1), [4]],
    ["an Int16Array with an offset", new Int16Array(memory, 2, 2), [2, 3, 4, 5]],
    ["a Buffer", Buffer.from([1, 2]), [1, 2]],
    ["an ArrayBuffer", Uint8Array.from([1, 2]).buffer, [1, 2]],
    ["a SharedArrayBuffer", shared, [1, 2, 3, 4]],
    ["a view of a SharedArrayBuffer", new Uint8Array(shared, 1, 2), [2, 3]],
    ["an ArrayBuffer of another realm", runInNewContext("Uint8Array.of(1, 2).buffer"), [1, 2]],
    ["a view of another realm", runInNewContext("Uint8Array.of(1, 2)"), [1, 2]],
  ])("%s", async (_kind, chunk, bytes) => {
    const { sink, log, writer, failures } = open();
    const write = writer.write(chunk);
    await drain(sink, log);
    await write;
    expect(log.taken).toEqual(bytes);
    expect(sink.takenBytes).toBe(bytes.length);
    expect(failures).toEqual([]);
  });

  test.each([
    ["a Uint8Array", new Uint8Array(0)],
    ["an ArrayBuffer", new ArrayBuffer(0)],
  ])("%s of no bytes, which is done at once and asks for nothing", async (_kind, chunk) => {
    const { writer, told } = open();
    expect(await settled(writer.write(chunk))).toBe(true);
    expect(told().written).toBe(0);
  });

  test.each([
    ["text", "hello", "text"],
    [
      "what calls itself an ArrayBuffer",
      { byteLength: 2, [Symbol.toStringTag]: "ArrayBuffer" },
      "[object ArrayBuffer]",
    ],
    ["a File", new File(["x"], "a.wav"), "[object File]"],
    ["a Proxy that was revoked", revoked(), "[object object]"],
    ["an array of numbers", [1, 2], "[object Array]"],
    ["an object", { byteLength: 2 }, "[object Object]"],
    ["a Blob", new Blob(["x"]), "[object Blob]"],
    ["null", null, "null"],
    ["nothing", undefined, "undefined"],
    ["a number", 5, "5"],
    ["an object that has no text", Object.create(null), "[object Object]"],
  ])("not %s", async (_kind, chunk, shown) => {
    const { writer, failures } = open();
    const error = await writer.write(chunk as never).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StreamingError);
    expect(error).toMatchObject({ code: "invalid-audio", message: expect.stringContaining(`not ${shown}.`) });
    expect(failures).toEqual([error]);
    await expect(writer.closed).rejects.toBe(error);
  });

  test.each([
    ["Float32Array", "pcm_s16le", /not a Float32Array\. Convert it with encodePcm16\(\) of @voxpipe\/audio/],
    ["Float64Array", "pcm_s16le", /not a Float64Array\. Convert it with encodePcm16/],
    ["Int32Array", "pcm_s16le", /not an Int32Array\. Put 16-bit samples into an Int16Array/],
    ["Uint16Array", "pcm_s16le", /not a Uint16Array/],
    ["Int8Array", "pcm_s16le", /not an Int8Array/],
    ["BigInt64Array", "pcm_s16le", /not a BigInt64Array/],
    ["Float32Array", "pcm_mulaw", /not a Float32Array.*mulawFromPcm16/],
    ["Int16Array", "pcm_mulaw", /Audio in pcm_mulaw is bytes.*Int16Array.*mulawFromPcm16/],
    ["Int16Array", "opus", /Audio in opus is bytes.*Write what the encoder yields/],
    ["Int16Array", "aac", /Audio in aac is bytes/],
  ] as const)("not a %s into %s: the samples would be noise", async (kind, encoding, message) => {
    const { writer, failures, log } = open(100, encoding);
    for (const array of [new globalThis[kind](4), runInNewContext(`new ${kind}(4)`)]) {
      const error = await writer.write(array).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "invalid-audio", message: expect.stringMatching(message) });
    }
    expect(failures).toHaveLength(1);
    expect(log.taken).toEqual([]);
  });

  test.each([
    ["a Uint8Array", (buffer: ArrayBuffer) => new Uint8Array(buffer)],
    ["an Int16Array", (buffer: ArrayBuffer) => new Int16Array(buffer)],
    ["a DataView", (buffer: ArrayBuffer) => new DataView(buffer)],
    ["an ArrayBuffer", (buffer: ArrayBuffer) => buffer],
  ])("not %s whose memory was transferred before: nothing would be sent, in silence", async (_kind, view) => {
    const { writer, failures } = open();
    const buffer = new ArrayBuffer(8);
    const chunk = view(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    await expect(writer.write(chunk)).rejects.toMatchObject({ code: "invalid-audio" });
    expect(failures).toMatchObject([{ message: expect.stringContaining("transferred or resized") }]);
  });

  test("not a view that lies outside of memory that was resized", async () => {
    const { writer, failures } = open();
    const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 8 }]);
    const view = new Uint8Array(buffer, 4, 4);
    Reflect.apply(Reflect.get(buffer, "resize"), buffer, [2]);
    await expect(writer.write(view)).rejects.toMatchObject({ code: "invalid-audio" });
    expect(failures).toHaveLength(1);
  });

  test("not the rest of memory that was resized while it waited", async () => {
    const { sink, log, writer, failures } = open();
    const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [12, { maxByteLength: 12 }]);
    const write = writer.write(new Uint8Array(buffer)).catch((reason: unknown) => reason);
    await turnOfTheLoop();
    sink.fill(log);
    Reflect.apply(Reflect.get(buffer, "resize"), buffer, [6]);
    sink.fill(log);
    expect(await write).toMatchObject({ code: "invalid-audio" });
    expect(failures).toHaveLength(1);
  });

  test("a text that is refused is not shown: it may be a secret", async () => {
    const { writer } = open();
    const error: unknown = await writer.write("tok-1" as never).catch((reason: unknown) => reason);
    expect(String(error)).not.toContain("tok-1");
  });

  test("what is no audio is refused in its turn: the audio before it is taken first", async () => {
    const { sink, log, writer, failures } = open();
    writer.write(new Uint8Array([1, 2, 3, 4, 5])).catch(() => {});
    const refused = settled(writer.write("six" as never));
    expect(failures).toEqual([]);
    expect(await refused).toBe(false);
    await drain(sink, log);
    expect(log.taken).toEqual([1, 2, 3, 4, 5]);
    expect(failures).toMatchObject([{ code: "invalid-audio" }]);
  });

  test("the writer gets the reason, though its listener ends everything at that moment", async () => {
    const ended = new StreamingError("session-ended", "over");
    const sink: AudioSink = new AudioSink(globalThis, "pcm_s16le", 10, {
      now: () => 0,
      written: () => {},
      closed: async () => {},
      failed: () => sink.fail(ended),
    });
    const writer = sink.stream.getWriter();
    await expect(writer.write("no" as never)).rejects.toMatchObject({ code: "invalid-audio" });
    await expect(writer.closed).rejects.toMatchObject({ code: "invalid-audio" });
  });
});

describe("a second writer", () => {
  test("gets advice, in every way of writing", async () => {
    const { sink, writer } = open();
    const told = { code: "stream-locked", message: expect.stringContaining("releaseLock()") };
    expect(() => sink.stream.getWriter()).toThrow(expect.objectContaining(told));
    await expect(sink.stream.close()).rejects.toMatchObject(told);
    await expect(sink.stream.abort()).rejects.toMatchObject(told);
    writer.releaseLock();
    await sink.stream.close();
  });
});

describe("ending", () => {
  test("close waits for the session", async () => {
    const { sink, log, writer, told } = open();
    writer.write(new Uint8Array(3)).catch(() => {});
    const closing = writer.close();
    expect(await settled(closing)).toBe(false);
    expect(told().closings).toBe(0);
    await drain(sink, log);
    await closing;
    expect(told().closings).toBe(1);
  });

  test("abort says why, and keeps the reason as the cause", async () => {
    const { writer, failures } = open();
    const reason = new Error("the microphone is gone");
    await writer.abort(reason);
    expect(failures).toMatchObject([{ code: "audio-failed", cause: reason }]);
    expect(failures[0]?.message).toContain("the microphone is gone");
  });

  test("abort whose reason cannot be shown ends the session all the same", async () => {
    const { writer, failures } = open();
    const reason = new Proxy(new Error(), {
      get() {
        throw new Error("no");
      },
    });
    await writer.abort(reason);
    expect(failures).toMatchObject([{ code: "audio-failed" }]);
  });

  test("fail gives its error to the write that waits, to those behind it, and to the writer", async () => {
    const { sink, log, writer } = open();
    const error = new StreamingError("session-ended", "over");
    const writes = [writer.write(new Uint8Array(6)), writer.write(new Uint8Array(6))];
    const results = Promise.allSettled([...writes, writer.closed]);
    await turnOfTheLoop();
    sink.fill(log);
    sink.fail(error);
    expect(await results).toEqual([1, 2, 3].map(() => ({ status: "rejected", reason: error })));
    expect(sink.fill(log)).toBe(false);
    await expect(writer.write(new Uint8Array(1))).rejects.toBe(error);
  });

  test("end accepts the writes without bytes that were made before it, and refuses what follows them", async () => {
    for (const empty of [0, 1, 2, 100]) {
      const { sink, log, writer, failures } = open();
      const whole = writer.write(new Uint8Array([1, 2]));
      const writes = Array.from({ length: empty }, () => writer.write(new Uint8Array()));
      await turnOfTheLoop();
      sink.fill(log);
      const error = new StreamingError("session-ended", "The session has ended.");
      sink.end(error);
      const late = writer.write(new Uint8Array([3, 4])).catch((reason: unknown) => reason);
      await Promise.all([whole, ...writes]);
      expect(await late).toBe(error);
      expect(await writer.closed.catch((reason: unknown) => reason)).toBe(error);
      expect(log.taken).toEqual([1, 2]);
      expect(failures).toEqual([]);
    }
  });

  test("fail after the end, and twice, changes nothing", async () => {
    const { sink, writer } = open();
    await writer.close();
    sink.fail(new StreamingError("session-ended", "over"));
    sink.fail(new StreamingError("session-ended", "over"));
    await writer.closed;
  });
});
