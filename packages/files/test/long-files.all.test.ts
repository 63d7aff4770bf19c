import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { needing } from "@voxpipe/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAudioFile } from "../src/index.ts";
import { type MadeFiles, makeFiles, sampleSeconds } from "./made-files.ts";

/** The table in the README: `VOXPIPE_MINUTES=60 npx vitest run --project rest packages/files/test/long-files`. */
const minutes = Number(process.env.VOXPIPE_MINUTES ?? 20);
const megabyte = 1024 * 1024;
/** Of an MP4 file, mediabunny keeps 8 MB, the place of each frame of its index or fragment, and a chunk that crosses its limit. */
const mostBuffers = 10 * megabyte;
const mostHeap = 6 * megabyte + minutes * 0.2 * megabyte;
/**
 * What the heap may grow while the file is read: a note of each fragment, but not of each frame, which would be 0.17 MB a minute.
 * The engine's own share differs by 0.6 MB from one reading to another.
 */
const mostGrowth = 0.6 * megabyte + minutes * 0.04 * megabyte;
/** Fragments are noted as long as they are kept: an hour of them is more than 8 MB, so that most are let go. */
const timesAsLong = new Map([["fragments.mp4", Math.max(1, 60 / minutes)]]);

const fragmented = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"];
const files: readonly (readonly [string, from: string, args: readonly string[]])[] = [
  ["speech.wav", "speech.wav", []],
  ["speech.mp3", "speech.mp3", []],
  ["speech.flac", "speech.flac", []],
  ["opus.webm", "opus.webm", []],
  ["opus.ogg", "opus.ogg", []],
  ["index-first.m4a", "index-first.m4a", ["-movflags", "+faststart"]],
  ["fragments.mp4", "index-first.m4a", [...fragmented, "-frag_duration", "1000000"]],
  ["one-fragment.mov", "speech.mov", ["-c:a", "pcm_s16le", ...fragmented]],
];

describe("long audio, read as a stream", needing("ffmpeg"), () => {
  const folder = mkdtempSync(join(tmpdir(), "voxpipe-long-"));
  let made: MadeFiles;
  beforeAll(() => {
    setFlagsFromString("--expose-gc");
    made = makeFiles();
  });
  afterAll(() => {
    made?.[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  test.each(files)(
    "%s needs a bounded amount of memory, which does not grow with what was read",
    async (name, from, args) => {
      const path = join(folder, name);
      const loop = [
        "-stream_loop",
        String(Math.ceil((minutes * 60 * (timesAsLong.get(name) ?? 1)) / sampleSeconds) - 1),
        "-i",
        join(made.folder, from),
      ];
      execFileSync("ffmpeg", ["-loglevel", "error", ...loop, "-c", "copy", ...args, path]);
      const { size } = statSync(path);
      const before = await inUse();
      const uses: Use[] = [];
      let passed = 0;
      const bytes = async function* () {
        for await (const chunk of createReadStream(path)) {
          passed += chunk.length;
          yield chunk;
        }
      };
      const file = await openAudioFile(bytes());
      let read = 0;
      const reader = file.readable.getReader();
      for (let item = await reader.read(); !item.done; item = await reader.read()) {
        read += item.value.length;
        if (passed >= (size * (uses.length + 1)) / 6) uses.push(await inUse());
      }
      const heap = Math.max(...uses.map((use) => use.heap)) - before.heap;
      const buffers = Math.max(...uses.map((use) => use.buffers)) - before.buffers;
      const growth = steadyGrowth(uses.map((use) => use.heap));
      console.info(
        `| ${name} | ${mb(size)} | ${mb(read)} | ${mb(heap)} | ${mb(buffers)} | ${mb(Math.max(0, growth))} |`,
      );
      expect(uses.length).toBeGreaterThanOrEqual(5);
      expect(file.warning()).toBeUndefined();
      expect(heap).toBeLessThan(mostHeap);
      expect(buffers).toBeLessThan(mostBuffers);
      expect(growth).toBeLessThan(mostGrowth);
    },
  );
});

interface Use {
  /** Bytes of JavaScript's own objects. */
  readonly heap: number;
  readonly buffers: number;
}

/** What grows with the file grows from each reading to the next; the engine's own code comes and goes in a single step. */
function steadyGrowth(readings: readonly number[]): number {
  const steps = readings.slice(1).map((reading, i) => reading - (readings[i] ?? reading));
  const median = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return median * steps.length;
}

/** What is in use once everything unreachable is gone. */
async function inUse(): Promise<Use> {
  const collect: () => void = runInNewContext("gc");
  const readings: Use[] = [];
  for (let i = 0; i < 2; i++) {
    collect();
    // Another thread frees buffers.
    await new Promise((resolve) => setImmediate(resolve));
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    readings.push({ heap: heapUsed, buffers: arrayBuffers });
  }
  return {
    heap: Math.min(...readings.map(({ heap }) => heap)),
    buffers: Math.min(...readings.map(({ buffers }) => buffers)),
  };
}

function mb(bytes: number): string {
  return `${(bytes / megabyte).toFixed(1)} MB`;
}
