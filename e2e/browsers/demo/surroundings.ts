import { readFile } from "node:fs/promises";
import { type Fault, type ManualClock, startEmulator } from "@voxpipe/emulator";
import type { recognizer } from "@voxpipe/recognizer";
import { exact } from "@voxpipe/testing/exact-emulator";
import { root } from "../../workspace.ts";
import type { RunningBrowser } from "../launch/browsers.ts";
import type { TestPage } from "../launch/test-page.ts";
import { until, watchStatus } from "./page.ts";
import { startDemo } from "./process.ts";

export const sample = `${root}packages/recognizer/sample/sample.wav`;
const reference = await readFile(`${root}packages/recognizer/sample/reference.txt`, "utf8");
export const apiKey = "a-key-of-nobody-0123456789";
/** What happened, and what to do about it. */
export const sentences = /^[A-Z].+\. [A-Z].+\.$/;

/** The words of the sample's first `turns`. */
function saidIn(turns: number): string[] {
  return wordsOf(reference.trim().split("\n").slice(0, turns));
}

function wordsOf(lines: readonly string[]): string[] {
  return lines.join(" ").trim().split(/\s+/);
}

/** The demo before a service that counts the seconds it hears, and misbehaves. */
export async function demoWith(
  faults: readonly Fault[],
  { engine, key = apiKey, clock }: { engine?: ReturnType<typeof recognizer>; key?: string; clock?: ManualClock } = {},
) {
  const service = await startEmulator({
    ...exact,
    record: true,
    apiKeys: [apiKey],
    faults,
    ...(engine && { engine }),
    ...(clock && { clock }),
  });
  const process = await startDemo({ ASSEMBLYAI_API_KEY: key, ASSEMBLYAI_HOST: service.url });
  return {
    service,
    url: process.url,
    end: () => process[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await service.close();
      await engine?.close();
    },
  };
}

export async function visit(browser: RunningBrowser, url: string): Promise<TestPage> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

/** The captions of the sample's first `turns`, by speaking it. */
export async function speak(browser: RunningBrowser, url: string, turns: number) {
  await using page = await visit(browser, url);
  await watchStatus(page);
  await page.click("#start");
  await until(page, ({ status }) => status === "Listening");
  const playing = browser.play();
  // Not all of them: on a busy machine a browser's sound has gaps.
  await until(page, ({ lines }) => wordsOf(lines).length >= 0.8 * saidIn(turns).length);
  await page.click("#start");
  const { lines } = await until(page, ({ status }) => status === "Ready");
  await playing;
  return { lines, statuses: await page.run<string[]>("statuses") };
}
