import { recognizer } from "@voxpipe/recognizer";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { countWordErrors } from "../../../packages/cli/src/demo/word-error-rate.ts";
import type { RunningBrowser } from "../launch/browsers.ts";
import { PlaywrightPage } from "../launch/playwright-page.ts";
import { evaluate } from "../launch/test-page.ts";
import { inEveryBrowser, type Kit } from "../matrix/behaviours.ts";
import { lights, until, watchLights } from "./page.ts";
import { recognise } from "./recognise.ts";

import { apiKey, demoWith, sample, sentences, speak, visit } from "./surroundings.ts";

/** Counts the seconds that it hears. */
let counting: Awaited<ReturnType<typeof demoWith>>;
beforeAll(async () => {
  counting = await demoWith([]);
});
afterAll(() => counting?.[Symbol.asyncDispose]());

/** With a microphone into which the sample is spoken. */
function heard({ launch, behaviour }: Kit): void {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch({ microphone: { wav: sample } });
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  behaviour("what is spoken into the microphone becomes captions", async () => {
    const engine = recognizer();
    await using own = await demoWith([], { engine });
    const { lines, statuses } = await speak(browser, own.url, 2);
    const [session] = own.service.sessions;
    // What the browser heard, not what was played.
    const heard = await recognise(engine, session?.recordedAudio() ?? new Uint8Array());
    const { words, errors } = countWordErrors(heard, lines.join(" "));
    expect(errors / words, `${heard} | ${lines.join(" ")}`).toBeLessThanOrEqual(0.1);
    expect(statuses).toEqual(["Connecting…", "Listening", "Finishing…", "Ready"]);
  });
}

/** With a microphone that makes some noise. */
function used({ name, launch, behaviour }: Kit): void {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

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

  // Of the demo's own parts: `reading-along` has those of the relay in every browser.
  if (name === "Chromium")
    behaviour("others read along by the link that the page shows, from what was said before they came", async () => {
      await using page = await visit(browser, counting.url);
      await page.click("#start");
      await until(page, ({ partial }) => partial !== "");
      const link = await page.run<string>('document.getElementById("read-along").textContent');
      await using reader = await visit(browser, link);
      await until(reader, ({ partial, status }) => partial !== "" && status === "Reading along");
      await page.click("#start");
      const { lines } = await until(page, ({ status }) => status === "Ready");
      const read = await until(reader, ({ lines, partial }) => lines.length > 0 && partial === "");
      expect(read).toMatchObject({ lines, error: "" });
    });

  behaviour("the policy forbids scripts inside the page", async () => {
    await using page = await visit(browser, counting.url);
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
}

inEveryBrowser("the demo page", (kit) => {
  // One after the other; last what listens in real time, when fewest browsers are left at work.
  describe("used", () => used(kit));
  describe("heard", () => heard(kit));
});
