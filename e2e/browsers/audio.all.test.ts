import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cases } from "@voxpipe/testing";
import { afterAll, beforeAll, expect } from "vitest";
import type { BrowserName } from "./launch/browsers.ts";
import { evaluate } from "./launch/test-page.ts";
import { inEveryBrowser, type Kit } from "./matrix/behaviours.ts";
import { findRuns, noise, wavFile } from "./microphone/noise.ts";
import { serveSite } from "./site/serve-site.ts";

// The fake microphone's own rate in Chromium, so that nothing on the way has to resample.
const sampleRate = 44_100;
const seconds = cases(12, 12, 60);
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

// The browsers mostly wait here: what takes long and little of the machine is done at the same time.
inEveryBrowser(
  `${seconds} s of audio`,
  ({ name, launch, behaviour }) => {
    behaviour("every sample of every render quantum comes through, once and unchanged", () => record(name, launch, 0));
    behaviour("a hidden tab continues for 30 s without a gap", () => hide(launch));
  },
  "side by side",
);

// Nine browsers at once were too many: some of them then gave no sound for minutes.
inEveryBrowser(`${seconds} s of audio`, ({ name, launch, behaviour }) => {
  behaviour("the same with the main thread blocked for 500 ms of every second", () => record(name, launch, 500));
});

async function record(name: BrowserName, launch: Kit["launch"], blockMs: number): Promise<void> {
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
  // Something was in the way.
  expect(compared.longestWaitMs).toBeGreaterThanOrEqual(0.9 * blockMs);
  if (name === "Chromium") expectFile(recorded);
}

async function hide(launch: Kit["launch"]): Promise<void> {
  await using browser = await launch({ hideable: true });
  await using site = await serveSite();
  await using page = await browser.newPage();
  await page.goto(site.url);
  await evaluate(page, () => voxpipe.recordAside());
  await page.hide();
  // This long is what is tested: browsers slow a hidden page down only after a while.
  await pause(30_000);
  await page.unhide();
  const { hiddenMs, givenMs, renderedMs, lastedMs, droppedMs } = await evaluate(page, () => voxpipe.recordedAside());
  expect(hiddenMs).toBeGreaterThan(25_000);
  expect(droppedMs).toBe(0);
  // All that the audio device asked for, but for chunks that were under way at both ends. On a busy machine it asks for less.
  expect(givenMs).toBeGreaterThan(renderedMs - 300);
  expect(renderedMs).toBeGreaterThan(0.5 * lastedMs);
}

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
