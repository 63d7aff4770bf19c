import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { findNoise, noise, wavFile } from "./noise.ts";
import { serveSite } from "./site.ts";

// The fake microphone's own rate, so that nothing on the way has to resample.
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

test.each([
  ["", 0],
  [", with the main thread blocked for 500 ms of every second", 500],
])("every sample of 60 s comes through, once and unchanged%s", { timeout: 120_000 }, async (_, blockMs) => {
  await using site = await serveSite();
  await using browser = await launchChromium({ wav });
  const page = await (await browser.newContext({ permissions: ["microphone"] })).newPage();
  await page.goto(site.url);
  const recorded = await page.evaluate(
    ({ sampleRate, seconds, blockMs }) =>
      voxpipe.record({ sampleRate, constraints: voxpipe.raw }, seconds + 2.5, blockMs),
    { sampleRate, seconds, blockMs },
  );
  const bytes = Buffer.from(recorded, "base64");
  const samples = new Int16Array(new Uint8Array(bytes).buffer);
  expect(findNoise(samples, original)).toEqual({ exact: original.length, from: 0 });
});
