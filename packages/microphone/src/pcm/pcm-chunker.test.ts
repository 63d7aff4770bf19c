import type { Level } from "@voxpipe/audio";
import { expect, test } from "vitest";
import { PcmChunker } from "./pcm-chunker.ts";

function chunker(inputRate: number, outputRate: number) {
  const chunks: Uint8Array[] = [];
  const levels: Level[] = [];
  const machine = new PcmChunker(inputRate, outputRate, (pcm, level) => {
    chunks.push(pcm);
    levels.push(level);
  });
  return {
    machine,
    chunks,
    levels,
    samples: () => new Int16Array(Uint8Array.from(chunks.flatMap((c) => [...c])).buffer),
  };
}

const constant = (value: number, length = 128) => new Float32Array(length).fill(value);
const ramp = (start: number, length = 128) => Float32Array.from({ length }, (_, i) => ((start + i) % 30_000) / 32_768);

test("at equal rates every sample passes unchanged, in chunks of 50 ms and a shorter last one", () => {
  const { machine, chunks, samples } = chunker(44_100, 44_100);
  for (let quantum = 0; quantum < 100; quantum++) machine.push([ramp(quantum * 128)]);
  machine.flush();
  expect(chunks.map((chunk) => chunk.length / 2)).toEqual([2205, 2205, 2205, 2205, 2205, 1775]);
  expect([...samples()]).toEqual(Array.from({ length: 12_800 }, (_, i) => i % 30_000));
});

test.each([
  [48_000, 16_000],
  [44_100, 16_000],
  [16_000, 48_000],
  [48_000, 11_025],
])("%i Hz become as many samples at %i Hz as the time they last", (from, to) => {
  const { machine, samples } = chunker(from, to);
  for (let quantum = 0; quantum < 1000; quantum++) machine.push([constant(0.5)]);
  machine.flush();
  expect(samples().length).toBe(Math.ceil((128_000 * to) / from));
  expect(samples()[to]).toBe(16_384);
});

test("channels are averaged, and none are silence of the same length", () => {
  const { machine, samples } = chunker(16_000, 16_000);
  machine.push([constant(0.5), constant(0.25)]);
  machine.push([]);
  machine.flush();
  expect(samples().length).toBe(256);
  expect(samples()[0]).toBe(0.375 * 32_768);
  expect(samples()[128]).toBe(0);
});

test("a quantum may have any length, also longer than a chunk", () => {
  const { machine, samples } = chunker(16_000, 16_000);
  for (const length of [1, 2000, 128, 801]) machine.push([constant(0.5, length)]);
  machine.flush();
  expect(samples().length).toBe(2930);
  expect(new Set(samples())).toEqual(new Set([16_384]));
});

test("each chunk comes with its own level", () => {
  const { machine, levels } = chunker(16_000, 16_000);
  machine.push([constant(1, 800)]);
  machine.push([constant(0.1, 800)]);
  machine.push([constant(0, 800)]);
  expect(levels.map(({ rms }) => Math.round(rms))).toEqual([0, -20, Number.NEGATIVE_INFINITY]);
});
