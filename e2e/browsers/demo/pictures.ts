// Takes pictures of the demo page, to look at: into the folder that is given, or /tmp/voxpipe-pictures.

import { mkdir, readFile } from "node:fs/promises";
import process from "node:process";
import { type Fault, scripted, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import type { BrowserContextOptions } from "playwright-core";
import { root } from "../../workspace.ts";
import { openChromium } from "../launch/chromium.ts";
import { PlaywrightPage } from "../launch/playwright-page.ts";
import { type Shown, until } from "./page.ts";
import { startDemo } from "./process.ts";

const [folder = "/tmp/voxpipe-pictures"] = process.argv.slice(2);
const words = JSON.parse(await readFile(`${root}packages/recognizer/sample/words.json`, "utf8"));

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const screens = {
  wide: { viewport: { width: 1200, height: 760 } },
  dark: { viewport: { width: 1200, height: 760 }, colorScheme: "dark" },
  phone,
  "phone-dark": { ...phone, colorScheme: "dark" },
} satisfies Readonly<Record<string, BrowserContextOptions>>;

interface Scene {
  readonly on: readonly (keyof typeof screens)[];
  readonly apiKey?: string;
  readonly faults?: readonly Fault[];
  /** Taken when the page shows this, some time after Start; without, before it. */
  readonly when?: (now: Shown) => boolean;
}

const scenes: Readonly<Record<string, Scene>> = {
  idle: { on: ["wide", "phone-dark"] },
  speaking: {
    on: ["wide", "dark", "phone"],
    when: ({ lines, partial }) => lines.length === 2 && partial.split(" ").length > 3,
  },
  reconnecting: {
    on: ["phone-dark"],
    faults: [
      { when: { audioMs: 9_000 }, do: "reset", session: 0 },
      { when: "connect", do: "hang", session: 1 },
    ],
    when: ({ status }) => status.startsWith("Reconnecting"),
  },
  error: { on: ["wide", "dark", "phone"], apiKey: "wrong", when: ({ error }) => error !== "" },
};

async function take(name: string, { on, apiKey = "right", faults = [], when }: Scene): Promise<void> {
  await using service = await startEmulator({ ...exact, apiKeys: ["right"], engine: scripted(words), faults });
  await using demo = await startDemo({ ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: service.url });
  const taken = on.map(async (screen) => {
    await using page = new PlaywrightPage(await (await browser.newContext(screens[screen])).newPage());
    await page.goto(demo.url);
    if (when) await page.click("#start");
    if (when) await until(page, when);
    await page.page.screenshot({ path: `${folder}/${name}-${screen}.png` });
  });
  await Promise.all(taken);
}

const browser = await openChromium([
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  `--use-file-for-fake-audio-capture=${root}packages/recognizer/sample/sample.wav%noloop`,
]);
try {
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(scenes).map(([name, scene]) => take(name, scene)));
} finally {
  await browser.close();
}
