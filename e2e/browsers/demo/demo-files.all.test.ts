import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { RunningBrowser } from "../launch/browsers.ts";
import { inEveryBrowser } from "../matrix/behaviours.ts";
import { dropFile, tabTo, until } from "./page.ts";
import { type DemoProcess, startDemo } from "./process.ts";
import { savingOf } from "./saving.ts";

import { sample, visit, wordErrorRate } from "./surroundings.ts";

/** Recognises speech. */
let demo: DemoProcess;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo?.[Symbol.asyncDispose]());

/** The sample's first two turns as a file: 12 s of 16 kHz mono, behind the 44 bytes of its header. */
async function firstTurns(): Promise<{ name: string; base64: string }> {
  const wav = await readFile(sample);
  const end = 44 + 12 * 2 * 16_000;
  wav.writeUInt32LE(end - 8, 4);
  wav.writeUInt32LE(end - 44, 40);
  return { name: "turns.wav", base64: wav.toString("base64", 0, end) };
}

inEveryBrowser("the demo page with a file", ({ name, launch, behaviour }) => {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  behaviour("a file dropped onto the page is transcribed, copied, and saved as text and WebVTT", async () => {
    await using page = await visit(browser, demo.url);
    await dropFile(page, await firstTurns());
    const { lines } = await until(page, ({ status, lines }) => status === "Ready" && lines.length > 0);
    // A file is sent faster than it was spoken, so a busy recogniser gets a turn's end too late, and
    // cuts words in two: what is asked of it here is only that it heard the file.
    expect(wordErrorRate(lines, 2), lines.join(" | ")).toBeLessThanOrEqual(0.5);

    const text = lines.map((line) => `${line}\n`).join("");
    const saving = await savingOf(page, name);
    await tabTo(page, "copy");
    // The button says so for a moment only, which a busy machine may miss.
    await page.run(`void new MutationObserver(() => (globalThis.said ??= document.getElementById("copy").textContent))
      .observe(document.getElementById("copy"), { childList: true, characterData: true, subtree: true })`);
    expect(await saving.copied(() => page.press("Enter"))).toBe(text);
    expect(await page.run("globalThis.said")).toBe("Copied");
    await page.press("Tab");
    expect(await saving.downloaded(() => page.press("Space"))).toEqual({ name: "captions.txt", text });
    await page.press("Tab");
    const webVtt = await saving.downloaded(() => page.press("Enter"));
    expect(webVtt.name).toBe("captions.vtt");
    expect(webVtt.text).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:\d\d\.\d{3}\nThe morning train/);
  });

  behaviour("a file that is no audio is said in a sentence with a remedy", async () => {
    await using page = await visit(browser, demo.url);
    const path = join(tmpdir(), "voxpipe-notes.txt");
    await writeFile(path, "No audio.");
    await page.chooseFile("#file", path);
    const { error, start } = await until(page, ({ error }) => error !== "");
    expect(error).toMatch(/^voxpipe-notes\.txt is no audio that this browser can play\. Choose /);
    expect(start).toBe("Start");
  });
});
