import { readFile } from "node:fs/promises";
import { type Fault, startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { afterAll, beforeAll, expect } from "vitest";
import { countWordErrors } from "../../packages/cli/src/word-error-rate.ts";
import { root } from "../workspace.ts";
import { inEveryBrowser } from "./behaviours.ts";
import type { LaunchOptions } from "./browsers.ts";
import { lights, until, watchLights } from "./demo-page.ts";
import { type DemoProcess, startDemo } from "./demo-process.ts";
import { PlaywrightPage } from "./playwright-page.ts";
import { evaluate } from "./test-page.ts";

const sample = `${root}packages/recognizer/sample/sample.wav`;
const reference = await readFile(`${root}packages/recognizer/sample/reference.txt`, "utf8");
const apiKey = "a-key-of-nobody-0123456789";

let demo: DemoProcess;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo?.[Symbol.asyncDispose]());

function wordErrorRate(lines: readonly string[]): number {
  const { words, errors } = countWordErrors(reference, lines.join(" "));
  return errors / words;
}

/** The demo before a service that counts the seconds it hears, and misbehaves. */
async function demoWith(faults: readonly Fault[], engine?: ReturnType<typeof recognizer>, key = apiKey) {
  const service = await startEmulator({ apiKeys: [apiKey], faults, ...(engine && { engine }) });
  const process = await startDemo({ ASSEMBLYAI_API_KEY: key, ASSEMBLYAI_HOST: service.url });
  return {
    url: process.url,
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await service.close();
    },
  };
}

inEveryBrowser("the demo page", ({ launch, behaviour }) => {
  async function open(url: string, options?: LaunchOptions) {
    const browser = await launch(options);
    const page = await browser.newPage();
    await page.goto(url);
    return {
      page,
      browser,
      async [Symbol.asyncDispose]() {
        await page[Symbol.asyncDispose]();
        await browser[Symbol.asyncDispose]();
      },
    };
  }

  async function speaks(url: string) {
    await using visited = await open(url, { microphone: { wav: sample } });
    const { page, browser } = visited;
    await page.click("#start");
    await until(page, ({ status }) => status === "Listening");
    const playing = browser.play();
    await until(page, ({ partial }) => partial !== "");
    // The sample has four turns; behind the last one it is over.
    await until(page, ({ lines }) => lines.length >= 4, 90);
    await playing;
    await page.click("#start");
    return (await until(page, ({ status }) => status === "Ready")).lines;
  }

  behaviour(
    "what is spoken into the microphone becomes captions",
    async () => {
      expect(wordErrorRate(await speaks(demo.url))).toBeLessThanOrEqual(0.1);
    },
    150_000,
  );

  behaviour(
    "a drop while someone speaks misses no word",
    async () => {
      await using own = await demoWith([{ when: { audioMs: 9_000 }, do: "reset", session: 0 }], recognizer());
      expect(wordErrorRate(await speaks(own.url))).toBeLessThanOrEqual(0.1);
    },
    150_000,
  );

  behaviour("what is said while a Begin takes 12 s is shown, also where Stop was pressed before", async () => {
    await using own = await demoWith([{ when: "open", do: { delay: 12_000 } }]);
    await using visited = await open(own.url);
    const { page } = visited;
    await watchLights(page);
    await page.click("#start");
    await until(page, ({ status }) => status === "Connecting…");
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await page.click("#start");
    const { lines, error } = await until(page, ({ status }) => status === "Ready");
    expect(error).toBe("");
    expect(lines.join(" ").toLowerCase()).toMatch(/^one/);
    expect(await lights(page)).toBe(0);
  });

  behaviour(
    "a file is transcribed too, and saved as WebVTT, copied, with the keyboard alone",
    async () => {
      await using visited = await open(demo.url);
      const { page } = visited;
      await page.chooseFile("#file", sample);
      const { lines } = await until(page, ({ status, lines }) => status === "Ready" && lines.length > 0);
      expect(wordErrorRate(lines)).toBeLessThanOrEqual(0.1);

      await evaluate(page, () => {
        const saved: Record<string, string> = {};
        navigator.clipboard.writeText = async (text) => {
          saved.copied = text;
        };
        HTMLAnchorElement.prototype.click = function () {
          const { href, download } = this;
          const bytes = blobs.get(href);
          void bytes?.text().then((text) => {
            saved[download] = text;
          });
        };
        const blobs = new Map<string, Blob>();
        const create = URL.createObjectURL.bind(URL);
        URL.createObjectURL = (blob: Blob) => {
          const url = create(blob);
          blobs.set(url, blob);
          return url;
        };
        Reflect.set(globalThis, "saved", saved);
        document.getElementById("copy")?.focus();
      });
      for (const key of ["Enter", "Tab", "Space", "Tab", "Enter"] as const) await page.press(key);
      const saved = await evaluate(page, async () => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        return { ...Reflect.get(globalThis, "saved"), copy: document.getElementById("copy")?.textContent };
      });
      const text = lines.map((line) => `${line}\n`).join("");
      expect(saved).toMatchObject({ copied: text, "captions.txt": text, copy: "Copied" });
      expect(saved["captions.vtt"]).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:\d\d\.\d{3}\nThe morning train/);
    },
    120_000,
  );

  behaviour("screen readers hear finals, politely, and no partials", async () => {
    await using visited = await open(demo.url);
    const found = await evaluate(visited.page, () => {
      const live = [...document.querySelectorAll("[aria-live], [role=status], [role=alert]")];
      const partial = document.getElementById("partial");
      const named = [...document.querySelectorAll("button, select, meter")].every(
        (control) => control.textContent?.trim() !== "" || control.getAttribute("aria-label") !== null,
      );
      return {
        captions: document.getElementById("captions")?.getAttribute("aria-live"),
        partialIsHeard: live.some((region) => region.contains(partial)),
        named,
      };
    });
    expect(found).toEqual({ captions: "polite", partialIsHeard: false, named: true });
  });

  behaviour("a refused microphone is said in a sentence with a remedy", async () => {
    await using visited = await open(demo.url, { permission: "deny" });
    await visited.page.click("#start");
    const { error, start } = await until(visited.page, ({ error }) => error !== "");
    expect(error).toMatch(/[Aa]llow it/);
    expect(start).toBe("Start");
  });

  behaviour("a refused token is said in a sentence, and the light goes out", async () => {
    await using own = await demoWith([], undefined, "another-key-of-nobody");
    await using visited = await open(own.url);
    const { page } = visited;
    await watchLights(page);
    await page.click("#start");
    const { error } = await until(page, ({ error, start }) => error !== "" && start === "Start");
    expect(error).toMatch(/\w+.*\.$/s);
    expect(error).not.toContain("another-key-of-nobody");
    expect(await lights(page)).toBe(0);
  });

  behaviour("pressing Start and Stop in quick turns leaves no light on", async () => {
    await using visited = await open(demo.url);
    const { page } = visited;
    await watchLights(page);
    for (let press = 0; press < 8; press++) await page.click("#start");
    await until(page, ({ start, status }) => start === "Start" && status === "Ready");
    expect(await lights(page)).toBe(0);
    await page.click("#start");
    await until(page, ({ status }) => status === "Listening");
    expect(await lights(page)).toBe(1);
    await page.click("#start");
    await until(page, ({ status }) => status === "Ready");
    expect(await lights(page)).toBe(0);
  });

  behaviour(
    "the key is nowhere on the page, in its scripts or its traffic, and nothing breaks the policy",
    async () => {
      await using own = await demoWith([]);
      await using visited = await open("about:blank");
      const { page } = visited;
      if (!(page instanceof PlaywrightPage)) throw new Error("Its driver shows no traffic.");
      const seen: Promise<string>[] = [];
      const complaints: string[] = [];
      page.page.on("response", (response) => seen.push(response.text().catch(() => "")));
      page.page.on("request", (request) => {
        seen.push(request.allHeaders().then((headers) => request.url() + request.postData() + JSON.stringify(headers)));
      });
      page.page.on("websocket", (socket) => seen.push(Promise.resolve(socket.url())));
      page.page.on("console", (message) => complaints.push(message.text()));
      await page.goto(own.url);
      await page.click("#start");
      await until(page, ({ status }) => status === "Listening");
      const texts = await Promise.all(seen);
      expect(texts.length).toBeGreaterThan(5);
      expect(texts.filter((text) => text.includes(apiKey))).toEqual([]);
      expect(await page.run<string>("document.documentElement.outerHTML")).not.toContain(apiKey);
      expect(complaints.filter((text) => /Content.Security.Policy/.test(text))).toEqual([]);
    },
  );
});
