import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { RunningBrowser } from "../launch/browsers.ts";
import { inEveryBrowser } from "../matrix/behaviours.ts";
import { dropFile, tabTo, until } from "./page.ts";
import { savingOf } from "./saving.ts";
import { demoWith, sample, visit } from "./surroundings.ts";

/** The sample's beginning as a file: 4 s of 16 kHz mono, behind the 44 bytes of its header. */
const wav = await readFile(sample);
const end = 44 + 4 * 2 * 16_000;
wav.writeUInt32LE(end - 8, 4);
wav.writeUInt32LE(end - 44, 40);
const file = { name: "turn.wav", base64: wav.toString("base64", 0, end) };

/** Of s16le. */
function samplesOf(pcm: Uint8Array = new Uint8Array()): number[] {
  const { buffer, byteOffset, byteLength } = pcm;
  const view = new DataView(buffer, byteOffset, byteLength);
  return Array.from({ length: byteLength / 2 }, (_, i) => view.getInt16(2 * i, true));
}

inEveryBrowser("the demo page with a file", ({ name, launch, behaviour }) => {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  behaviour("a file dropped onto the page is transcribed, copied, and saved as text and WebVTT", async () => {
    await using own = await demoWith([]);
    await using page = await visit(browser, own.url);
    await dropFile(page, file);
    const { lines } = await until(page, ({ status, lines }) => status === "Ready" && lines.length > 0);
    // The seconds with speech: the file begins with silence.
    expect(lines).toEqual(["Two three four."]);
    const heard = samplesOf(own.service.sessions[0]?.recordedAudio());
    const said = samplesOf(wav.subarray(44, end));
    expect(heard.length).toBe(said.length);
    // Browsers round a sample's last bit differently.
    expect(Math.max(...heard.map((sample, i) => Math.abs(sample - (said[i] ?? 0))))).toBeLessThanOrEqual(1);

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
    expect(webVtt.text).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:\d\d\.\d{3}\nTwo three four\.\n$/);
  });

  behaviour("a file that is no audio is said in a sentence with a remedy", async () => {
    await using own = await demoWith([]);
    await using page = await visit(browser, own.url);
    const path = join(tmpdir(), "voxpipe-notes.txt");
    await writeFile(path, "No audio.");
    await page.chooseFile("#file", path);
    const { error, start } = await until(page, ({ error }) => error !== "");
    expect(error).toMatch(/^voxpipe-notes\.txt is no audio that this browser can play\. Choose /);
    expect(start).toBe("Start");
  });
});
