import { setTimeout as pause } from "node:timers/promises";
import { startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { until } from "../browsers/demo/page.ts";
import { startDemo } from "../browsers/demo/process.ts";
import { launchChromium } from "../browsers/launch/chromium.ts";
import { PlaywrightPage } from "../browsers/launch/playwright-page.ts";
import type { Figure } from "./main.ts";

const seconds = 60;

/** How long the page's main thread works for a minute of capture, transcription and all, by its own clock. */
export async function mainThread(): Promise<Figure[]> {
  return Promise.all(
    [true, false].map(async (meter): Promise<Figure> => {
      const { task, script } = await minute(meter);
      return [
        `main thread: ${seconds} s of captions ${meter ? "with" : "without"} the level meter`,
        `${(1000 * task).toFixed(0)} ms of tasks, ${(1000 * script).toFixed(0)} ms of them in scripts`,
      ];
    }),
  );
}

async function minute(meter: boolean): Promise<{ task: number; script: number }> {
  await using service = await startEmulator({ ...exact, apiKeys: ["key"] });
  await using demo = await startDemo({ ASSEMBLYAI_API_KEY: "key", ASSEMBLYAI_HOST: service.url });
  await using browser = await launchChromium();
  await using page = await browser.newPage();
  if (!(page instanceof PlaywrightPage)) throw new Error("Only Playwright's pages show their metrics.");
  // The meter is all that the page does in animation frames.
  if (!meter) await page.page.addInitScript("globalThis.requestAnimationFrame = () => 0");
  await page.goto(demo.url);
  await page.click("#start");
  await until(page, ({ partial }) => partial !== "");
  const devtools = await page.page.context().newCDPSession(page.page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
    return { task: of("TaskDuration"), script: of("ScriptDuration") };
  };
  const before = await read();
  await pause(1000 * seconds);
  const after = await read();
  return { task: after.task - before.task, script: after.script - before.script };
}
