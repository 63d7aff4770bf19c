import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Fault, ManualClock, startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { exact } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { countWordErrors } from "../../../packages/cli/src/demo/word-error-rate.ts";
import { root } from "../../workspace.ts";
import type { RunningBrowser } from "../launch/browsers.ts";
import { PlaywrightPage } from "../launch/playwright-page.ts";
import { evaluate, type TestPage } from "../launch/test-page.ts";
import { inEveryBrowser, type Kit } from "../matrix/behaviours.ts";
import { accessibilityFaults } from "./accessibility.ts";
import { dropFile, heardSeconds, lights, tabTo, until, watchAudio, watchLights, watchStatus } from "./page.ts";
import { type DemoProcess, startDemo } from "./process.ts";
import { recognise } from "./recognise.ts";
import { savingOf } from "./saving.ts";

const sample = `${root}packages/recognizer/sample/sample.wav`;
const reference = await readFile(`${root}packages/recognizer/sample/reference.txt`, "utf8");
const apiKey = "a-key-of-nobody-0123456789";
/** What happened, and what to do about it. */
const sentences = /^[A-Z].+\. [A-Z].+\.$/;

/** Recognises speech. */
let demo: DemoProcess;
/** Counts the seconds that it hears. */
let counting: Awaited<ReturnType<typeof demoWith>>;
beforeAll(async () => {
  [demo, counting] = await Promise.all([startDemo(), demoWith([])]);
});
afterAll(async () => {
  await demo?.[Symbol.asyncDispose]();
  await counting?.[Symbol.asyncDispose]();
});

/** The words of the sample's first `turns`. */
function saidIn(turns: number): string[] {
  return wordsOf(reference.trim().split("\n").slice(0, turns));
}

function wordsOf(lines: readonly string[]): string[] {
  return lines.join(" ").trim().split(/\s+/);
}

/** Of the sample's first `turns`; what was said behind them does not count. */
function wordErrorRate(lines: readonly string[], turns: number): number {
  const said = saidIn(turns);
  const { words, errors } = countWordErrors(said.join(" "), wordsOf(lines).slice(0, said.length).join(" "));
  return errors / words;
}

/** The demo before a service that counts the seconds it hears, and misbehaves. */
async function demoWith(
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

/** The sample's first two turns as a file: 12 s of 16 kHz mono, behind the 44 bytes of its header. */
async function firstTurns(): Promise<{ name: string; base64: string }> {
  const wav = await readFile(sample);
  const end = 44 + 12 * 2 * 16_000;
  wav.writeUInt32LE(end - 8, 4);
  wav.writeUInt32LE(end - 44, 40);
  return { name: "turns.wav", base64: wav.toString("base64", 0, end) };
}

async function visit(browser: RunningBrowser, url: string): Promise<TestPage> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

/** With a microphone into which the sample is spoken. */
function heard({ launch, behaviour }: Kit): void {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch({ microphone: { wav: sample } });
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  /** The captions of the sample's first `turns`, by speaking it. */
  async function speak(url: string, turns: number) {
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

  behaviour("what is spoken into the microphone becomes captions", async () => {
    const engine = recognizer();
    await using own = await demoWith([], { engine });
    const { lines, statuses } = await speak(own.url, 4);
    const [session] = own.service.sessions;
    // What the browser heard, not what was played.
    const heard = await recognise(engine, session?.recordedAudio() ?? new Uint8Array());
    const { words, errors } = countWordErrors(heard, lines.join(" "));
    expect(errors / words, `${heard} | ${lines.join(" ")}`).toBeLessThanOrEqual(0.1);
    expect(statuses).toEqual(["Connecting…", "Listening", "Finishing…", "Ready"]);
  });

  behaviour("a drop while someone speaks is shown, and misses no word", async () => {
    await using own = await demoWith([{ when: { audioMs: 9_000 }, do: "reset", session: 0 }], { engine: recognizer() });
    const { lines, statuses } = await speak(own.url, 2);
    expect(statuses).toEqual(["Connecting…", "Listening", "Reconnecting…", "Listening", "Finishing…", "Ready"]);
    expect(wordErrorRate(lines, 2), lines.join(" | ")).toBeLessThanOrEqual(0.1);
  });
}

/** With a microphone that makes some noise. */
function used({ name, launch, behaviour }: Kit): void {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  behaviour("what is said while a Begin takes 12 s is shown, also where Stop was pressed before", async () => {
    const clock = new ManualClock(Date.now());
    await using own = await demoWith([{ when: "open", do: { delay: 12_000 } }], { clock });
    await using page = await visit(browser, own.url);
    await watchLights(page);
    await watchStatus(page);
    await watchAudio(page);
    await page.click("#start");
    // How often it looks decides nothing.
    while ((await heardSeconds(page)) < 5) await pause(100);
    await page.click("#start");
    await until(page, ({ status }) => status === "Finishing…");
    clock.advance(12_000);
    const { lines, error } = await until(page, ({ status }) => status === "Ready");
    expect(error).toBe("");
    expect(await page.run("statuses")).toEqual(["Connecting…", "Finishing…", "Ready"]);
    expect(lines.join(" ").toLowerCase()).toMatch(/^one/);
    expect(await lights(page)).toBe(0);
  });

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

  behaviour("a visitor without a mouse starts, mutes, unmutes and stops, and muted turns end", async () => {
    await using page = await visit(browser, counting.url);
    await watchLights(page);
    expect(await tabTo(page, "start")).toContain("start");
    await page.press("Enter");
    await until(page, ({ partial }) => partial !== "");
    await page.press("Tab");
    await page.press("Space");
    const { lines } = await until(page, ({ muted, lines, partial }) => muted && lines.length > 0 && partial === "");
    const heardMs = () => counting.service.sessions.at(-1)?.audio.receivedMs ?? 0;
    const before = heardMs();
    // How often it looks decides nothing.
    while (heardMs() < before + 2_500) await pause(100);
    const still = await until(page, () => true);
    expect(still).toMatchObject({ lines, partial: "", status: "Listening" });
    await page.press("Space");
    await until(page, ({ muted, partial }) => !muted && partial !== "");
    expect(await tabTo(page, "webvtt")).toEqual(["device", "open", "copy", "text", "webvtt"]);
    // Back again, for the way round leads through the browser's own controls.
    expect(await tabTo(page, "start", "Shift+Tab")).toEqual(["text", "copy", "open", "device", "mute", "start"]);
    await page.press("Enter");
    await until(page, ({ status }) => status === "Ready");
    expect(await lights(page)).toBe(0);
  });

  behaviour(
    "screen readers hear finals, politely, and no partials; every control has a name and enough contrast",
    async () => {
      await using page = await visit(browser, counting.url);
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.click("#start");
      await until(page, ({ partial }) => partial !== "");
      expect(await accessibilityFaults(page)).toEqual([]);
      const found = await evaluate(page, () => {
        const live = [...document.querySelectorAll("[aria-live], [role=status], [role=alert], [role=log]")];
        const regionOf = (id: string) => live.find((region) => region.contains(document.getElementById(id)));
        return {
          captions: regionOf("captions")?.getAttribute("aria-live"),
          partial: regionOf("partial")?.id ?? "in none",
          status: regionOf("status")?.role,
          error: regionOf("error")?.role,
        };
      });
      expect(found).toEqual({ captions: "polite", partial: "in none", status: "status", error: "alert" });
    },
  );

  behaviour("a refused token is said in a sentence with a remedy, and the light goes out", async () => {
    await using own = await demoWith([], { key: "another-key-of-nobody" });
    await using page = await visit(browser, own.url);
    await watchLights(page);
    await page.click("#start");
    const { error } = await until(page, ({ error, start }) => error !== "" && start === "Start");
    expect(error).toMatch(sentences);
    expect(error).not.toContain("another-key-of-nobody");
    expect(await lights(page)).toBe(0);
  });

  behaviour("a service that is down, and a backend that is, are said in a sentence with a remedy", async () => {
    await using own = await demoWith([{ when: "connect", do: "drop" }]);
    await using page = await visit(browser, own.url);
    await watchLights(page);
    await page.click("#start");
    const service = await until(page, ({ error, start }) => error !== "" && start === "Start");
    expect(service.error).toMatch(sentences);
    await own.end();
    await page.click("#start");
    const backend = await until(page, ({ error, start }) => error !== "" && start === "Start");
    expect(backend.error).toMatch(sentences);
    expect(backend.error).not.toBe(service.error);
    expect(await lights(page)).toBe(0);
  });

  behaviour("pressing Start and Stop in quick turns leaves no light on", async () => {
    // Its own, for a visitor gets 30 tokens a minute.
    await using own = await demoWith([]);
    await using page = await visit(browser, own.url);
    await watchLights(page);
    for (let press = 0; press < 8; press++) await page.click("#start");
    // Whether the last press was a start or a stop depends on how quick the others were.
    const { status } = await until(page, ({ status }) => status === "Listening" || status === "Ready");
    expect(await lights(page)).toBe(status === "Listening" ? 1 : 0);
    if (status === "Listening") await page.click("#start");
    await until(page, ({ start, status }) => start === "Start" && status === "Ready");
    expect(await lights(page)).toBe(0);
    await page.click("#start");
    await until(page, ({ status }) => status === "Listening");
    expect(await lights(page)).toBe(1);
    await page.click("#start");
    await until(page, ({ status }) => status === "Ready");
    expect(await lights(page)).toBe(0);
  });

  behaviour("the policy forbids scripts inside the page", async () => {
    await using page = await visit(browser, demo.url);
    const ran = await evaluate(page, () => {
      const script = document.createElement("script");
      script.textContent = "globalThis.injected = true";
      document.head.append(script);
      return "injected" in globalThis;
    });
    expect(ran).toBe(false);
  });

  behaviour(
    "the key is nowhere on the page, in its scripts or its traffic, and nothing breaks the policy",
    async () => {
      await using page = await browser.newPage();
      if (!(page instanceof PlaywrightPage)) throw new Error("Its driver shows no traffic.");
      const seen: Promise<string>[] = [];
      page.page.on("response", (response) => seen.push(response.text().catch(() => "")));
      page.page.on("request", (request) => {
        seen.push(request.allHeaders().then((headers) => request.url() + request.postData() + JSON.stringify(headers)));
      });
      await page.page.addInitScript(() => {
        const broken: string[] = [];
        Reflect.set(globalThis, "broken", broken);
        document.addEventListener("securitypolicyviolation", ({ blockedURI }) => broken.push(blockedURI));
      });
      await page.goto(counting.url);
      await page.click("#start");
      await until(page, ({ partial }) => partial !== "");
      const texts = await Promise.all(seen);
      expect(texts.length).toBeGreaterThan(5);
      for (const { handshake, received } of counting.service.sessions) {
        expect(handshake.query.get("token")).toBeTruthy();
        texts.push(JSON.stringify([handshake, received]));
      }
      texts.push(await page.run<string>("document.documentElement.outerHTML"));
      expect(texts.filter((text) => text.includes(apiKey))).toEqual([]);
      expect(await page.run("broken")).toEqual([]);
    },
  );

  /** What the page says in a browser of its own. */
  async function failing(options: Parameters<Kit["launch"]>[0]): Promise<string> {
    await using browser = await launch(options);
    await using page = await visit(browser, demo.url);
    await page.click("#start");
    const { error, start } = await until(page, ({ error }) => error !== "");
    expect(start).toBe("Start");
    return error;
  }

  behaviour("a refused microphone is said in a sentence with a remedy", async () => {
    expect(await failing({ permission: "deny" })).toMatch(/denied\. Allow it/);
  });

  behaviour("a missing microphone is said in a sentence with a remedy", async () => {
    expect(await failing({ microphone: "none" })).toMatch(/no microphone\. Plug one in/);
  });
}

inEveryBrowser("the demo page", (kit) => {
  // One after the other; last what listens in real time, when fewest browsers are left at work.
  describe("used", () => used(kit));
  describe("heard", () => heard(kit));
});
