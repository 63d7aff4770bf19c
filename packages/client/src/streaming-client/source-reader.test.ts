import type { AudioChunk } from "@voxpipe/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openSource } from "./audio-source.ts";
import { SourceReader } from "./source-reader.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** `count` chunks of `bytes` bytes, each after `ms`. */
async function* chunks(count: number, bytes: number, ms: number) {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    yield new Uint8Array(bytes);
  }
}

/** Bytes that a hurried reader gets, and whether it came to the end. */
async function readAll(source: Parameters<typeof openSource>[0]): Promise<{ bytes: number; ended: boolean }> {
  const reader = new SourceReader(openSource(source), 64);
  reader.hurry();
  for (let bytes = 0; ; ) {
    const result = await reader.next();
    if (!result) return { bytes, ended: false };
    if (result.done) return { bytes, ended: true };
    bytes += result.value.byteLength;
  }
}

async function afterMinutes<T>(promise: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(600_000);
  return promise;
}

test("a source that is not hurried is waited for as long as it takes", async () => {
  const reader = new SourceReader(openSource(chunks(1, 1600, 500_000)), 64);
  expect(await afterMinutes(Promise.resolve(reader.next()))).toMatchObject({ value: { byteLength: 1600 } });
});

test("a hurried file is read to its end, however slowly it is read", async () => {
  expect(await afterMinutes(readAll(chunks(150, 65_536, 20)))).toEqual({ bytes: 150 * 65_536, ended: true });
});

test("a hurried source that a busy machine slows down, but not to real time, is read to its end", async () => {
  expect(await afterMinutes(readAll(chunks(2000, 700, 11)))).toEqual({ bytes: 2000 * 700, ended: true });
});

test("a hurried microphone is given up after a second", async () => {
  const { bytes, ended } = await afterMinutes(readAll(chunks(10_000, 1600, 50)));
  expect(ended).toBe(false);
  expect(bytes).toBeLessThanOrEqual(21 * 1600);
});

test("a source that is waited for when it is hurried is given up after half a second", async () => {
  const reader = new SourceReader(openSource(chunks(1, 1600, 500_000)), 64);
  const next = reader.next();
  reader.hurry();
  await vi.advanceTimersByTimeAsync(500);
  expect(await next).toBeUndefined();
});

test("a hurried generator without an end is given up after 20 MB", async () => {
  function* endless(): Generator<AudioChunk> {
    for (;;) yield new Uint8Array(100_000);
  }
  expect(await readAll(endless())).toEqual({ bytes: 20_000_000, ended: false });
});

test("giving up stops waiting at once, and reads no more", async () => {
  const reader = new SourceReader(openSource(chunks(2, 1600, 500_000)), 64);
  const next = reader.next();
  reader.giveUp();
  expect(await next).toBeUndefined();
  expect(reader.next()).toBeUndefined();
  expect(vi.getTimerCount()).toBe(1); // The source's own.
});
