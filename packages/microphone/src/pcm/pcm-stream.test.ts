import fc from "fast-check";
import { expect, test } from "vitest";
import { PcmStream } from "./pcm-stream.ts";

function stream(maxBytes: number) {
  const drops: [bytes: number, offset: number][] = [];
  const seen = { cancelled: 0 };
  const pcm = new PcmStream(maxBytes, {
    dropped: (bytes, offset) => drops.push([bytes, offset]),
    cancelled: () => seen.cancelled++,
  });
  return { pcm, drops, seen, reader: pcm.readable.getReader() };
}

const chunk = (...bytes: number[]) => Uint8Array.from(bytes);

test("what was pushed before anyone read is read first, in order", async () => {
  const { pcm, reader } = stream(100);
  pcm.push(chunk(1, 2));
  pcm.push(chunk(3));
  expect(await reader.read()).toEqual({ done: false, value: chunk(1, 2) });
  const next = [reader.read(), reader.read()];
  pcm.push(chunk(4));
  expect(await Promise.all(next)).toEqual([
    { done: false, value: chunk(3) },
    { done: false, value: chunk(4) },
  ]);
});

test("a reader that stalls loses the oldest audio, and which is reported", async () => {
  const { pcm, reader, drops } = stream(4);
  for (const byte of [1, 2, 3]) pcm.push(chunk(byte, byte));
  pcm.push(chunk(4, 4, 4));
  expect(drops).toEqual([
    [2, 0],
    [4, 2],
  ]);
  expect(await reader.read()).toEqual({ done: false, value: chunk(4, 4, 4) });
});

test("all audio is read or reported dropped, once, and no more than the limit waits", async () => {
  const pushes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant("read" as const)), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(pushes, fc.integer({ min: 40, max: 200 }), async (steps, maxBytes) => {
      const { pcm, reader, drops } = stream(maxBytes);
      const reads: Promise<{ value?: Uint8Array | undefined }>[] = [];
      let pushed = 0;
      for (const step of steps) {
        if (step === "read") reads.push(reader.read());
        else pcm.push(Uint8Array.from({ length: step }, () => pushed++ & 0xff));
        await Promise.resolve();
        expect(pcm.waitingBytes).toBeLessThanOrEqual(maxBytes);
      }
      pcm.end();
      const got = (await Promise.all(reads)).flatMap(({ value }) => [...(value ?? [])]);
      for (let last = await reader.read(); !last.done; last = await reader.read()) got.push(...last.value);
      const dropped = new Set(drops.flatMap(([bytes, offset]) => Array.from({ length: bytes }, (_, i) => offset + i)));
      const kept = Array.from({ length: pushed }, (_, i) => i).filter((i) => !dropped.has(i));
      expect(got).toEqual(kept.map((i) => i & 0xff));
    }),
  );
});

test("an end comes behind what waits, and so does a failure", async () => {
  const ended = stream(100);
  ended.pcm.push(chunk(1));
  ended.pcm.end();
  ended.pcm.push(chunk(2));
  expect((await ended.reader.read()).value).toEqual(chunk(1));
  expect((await ended.reader.read()).done).toBe(true);

  const failed = stream(100);
  failed.pcm.push(chunk(1));
  failed.pcm.end(new Error("Unplugged"));
  expect((await failed.reader.read()).value).toEqual(chunk(1));
  await expect(failed.reader.read()).rejects.toThrow("Unplugged");
});

test("a read that waits learns of the end", async () => {
  const { pcm, reader } = stream(100);
  const read = reader.read();
  await Promise.resolve();
  pcm.end();
  expect((await read).done).toBe(true);
});

test("an abort is at once", async () => {
  const { pcm, reader } = stream(100);
  pcm.push(chunk(1));
  pcm.abort(new Error("Given up"));
  await expect(reader.read()).rejects.toThrow("Given up");
  pcm.end();
  expect(pcm.waitingBytes).toBe(0);
});

test("a reader that cancels is reported, and nothing is kept for it", async () => {
  const { pcm, reader, seen } = stream(100);
  pcm.push(chunk(1));
  await reader.cancel();
  pcm.push(chunk(2));
  pcm.end();
  expect(seen.cancelled).toBe(1);
  expect(pcm.waitingBytes).toBe(0);
});
