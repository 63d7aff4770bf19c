import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { inEveryBrowser } from "./behaviours.ts";
import { findRuns, noise, wavFile } from "./noise.ts";
import { serveSite } from "./site.ts";
import { evaluate } from "./test-page.ts";

// The fake microphone's own rate in Chromium, so that nothing on the way has to resample.
const sampleRate = 44_100;
const seconds = 60;
const original = noise(seconds * sampleRate);
let folder: string;
let wav: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-noise-"));
  wav = join(folder, "noise.wav");
  // Silence before it, for the microphone takes a moment to open; and behind it, for the last 10 ms are repeated.
  const samples = new Int16Array(original.length + 3 * sampleRate);
  samples.set(original, 2 * sampleRate);
  await writeFile(wav, wavFile(samples, sampleRate));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

inEveryBrowser("60 s of audio", ({ name, launch, behaviour }) => {
  for (const [title, blockMs] of [
    ["every sample of every render quantum comes through, once and unchanged", 0],
    ["the same with the main thread blocked for 500 ms of every second", 500],
  ] as const) {
    behaviour(
      title,
      async () => {
        await using site = await serveSite();
        await using browser = await launch({ microphone: { wav } });
        await using page = await browser.newPage();
        await page.goto(site.url);
        const playing = browser.play();
        const { recorded, ...compared } = await evaluate(
          page,
          ({ sampleRate, seconds, blockMs }) => voxpipe.recordBeside(sampleRate, seconds, blockMs),
          { sampleRate: name === "Chromium" ? sampleRate : undefined, seconds: seconds + 3, blockMs },
        );
        await playing;
        expect(compared).toMatchObject({ droppedMs: 0 });
        expect(compared.same).toBeGreaterThan(seconds * compared.sampleRate);
        expect(compared.same).toBe(compared.held);
        if (name === "Chromium") expectFile(recorded);
      },
      240_000,
    );
  }
});

/**
 * The fake device gives its file in buffers of 10 ms, and misses some or gives silence: one now and then, many on a busy
 * machine. So does it to the worklet beside ours. What lies between is the file's, in its order, each sample once at most.
 */
function expectFile(recorded: string): void {
  const samples = new Int16Array(new Uint8Array(Buffer.from(recorded, "base64")).buffer);
  const runs = findRuns(samples, original);
  const found = runs.reduce((sum, { length }) => sum + length, 0);
  console.log(`Of ${original.length} samples of the file ${found} arrived, in ${runs.length} pieces.`);
  expect(found).toBeGreaterThan(0.5 * original.length);
  runs.slice(1).forEach(({ from }, i) => {
    const before = runs[i];
    expect(from).toBeGreaterThanOrEqual(before ? before.from + before.length : 0);
  });
}
