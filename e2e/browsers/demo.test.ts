import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { startEmulator } from "@voxpipe/emulator";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countWordErrors } from "../../packages/cli/src/word-error-rate.ts";
import { root } from "../workspace.ts";
import { launchChromium } from "./chromium.ts";

const sample = `${root}packages/recognizer/sample/sample.wav`;
const reference = await readFile(`${root}packages/recognizer/sample/reference.txt`, "utf8");
const apiKey = "a-key-of-nobody-0123456789";

interface DemoProcess {
  readonly url: string;
  stop(): void;
}

/** The demo as `demo:web` runs it, once built; on any free port. */
async function startDemo(env: NodeJS.ProcessEnv = {}): Promise<DemoProcess> {
  const child = spawn(process.execPath, ["packages/demo/dist/main.js"], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) return { url, stop: () => child.kill() };
  }
  throw new Error("The demo ended without an address.");
}

let demo: DemoProcess;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo?.stop());

function wordErrorRate(transcript: string): number {
  const { words, errors } = countWordErrors(reference, transcript);
  return errors / words;
}

async function captions(page: Page): Promise<string> {
  return (await page.locator("#captions li span").allTextContents()).join(" ");
}

test("what is spoken into the microphone appears on the page", { timeout: 120_000 }, async () => {
  await using browser = await launchChromium({ wav: sample });
  const page = await (await browser.newContext({ permissions: ["microphone"] })).newPage();
  await page.goto(demo.url);
  await page.click("#start");
  await page.locator("#partial:visible").waitFor();
  // The sample has four turns; behind the last one it is over.
  await page.locator("#captions li:nth-child(4)").waitFor({ timeout: 60_000 });
  await page.click("#start");
  await page.locator("#status", { hasText: "Ready" }).waitFor();
  expect(wordErrorRate(await captions(page))).toBeLessThanOrEqual(0.1);
});

test("a file is transcribed too, saved as WebVTT, and works with the keyboard alone", {
  timeout: 120_000,
}, async () => {
  await using browser = await launchChromium();
  const page = await (await browser.newContext({ permissions: ["microphone"] })).newPage();
  await page.goto(demo.url);
  await page.setInputFiles("#file", sample);
  await page.locator("#status", { hasText: "Ready" }).waitFor({ timeout: 60_000 });
  expect(wordErrorRate(await captions(page))).toBeLessThanOrEqual(0.1);

  const downloading = page.waitForEvent("download");
  await page.focus("#webvtt");
  await page.keyboard.press("Enter");
  const saved = await readFile(await (await downloading).path(), "utf8");
  expect(saved).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:\d\d\.\d{3}\nThe morning train/);
});

test("a refused microphone is said in a sentence with a remedy", async () => {
  await using browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(demo.url);
  await page.click("#start");
  await expect.poll(() => page.locator("#error").textContent()).toMatch(/Allow it/);
  expect(await page.locator("#start").textContent()).toBe("Start");
});

test("the key is nowhere on the page, in its scripts or its traffic, and nothing breaks the policy", async () => {
  const service = await startEmulator({ apiKeys: [apiKey] });
  const own = await startDemo({ ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: service.url });
  try {
    await using browser = await launchChromium();
    const page = await (await browser.newContext({ permissions: ["microphone"] })).newPage();
    const seen: Promise<string>[] = [];
    const complaints: string[] = [];
    page.on("response", (response) => seen.push(response.text().catch(() => "")));
    page.on("request", (request) => {
      seen.push(request.allHeaders().then((headers) => request.url() + request.postData() + JSON.stringify(headers)));
    });
    page.on("websocket", (socket) => seen.push(Promise.resolve(socket.url())));
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(own.url);
    await page.click("#start");
    await page.locator("#status", { hasText: "Listening" }).waitFor();
    const texts = await Promise.all(seen);
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.filter((text) => text.includes(apiKey))).toEqual([]);
    expect(await page.content()).not.toContain(apiKey);
    expect(complaints.filter((text) => /Content Security Policy/.test(text))).toEqual([]);
  } finally {
    own.stop();
    await service.close();
  }
});
