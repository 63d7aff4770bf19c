import { setTimeout as pause } from "node:timers/promises";
import { ManualClock } from "@voxpipe/emulator";
import { afterAll, beforeAll, expect } from "vitest";
import type { RunningBrowser } from "../launch/browsers.ts";
import { inEveryBrowser, type Kit } from "../matrix/behaviours.ts";
import { heardSeconds, lights, until, watchAudio, watchLights, watchStatus } from "./page.ts";
import { demoWith, sentences, visit } from "./surroundings.ts";

/** Counts the seconds that it hears. */
let counting: Awaited<ReturnType<typeof demoWith>>;
beforeAll(async () => {
  counting = await demoWith([]);
});
afterAll(() => counting?.[Symbol.asyncDispose]());

inEveryBrowser("the demo page in trouble", ({ launch, behaviour }) => {
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
    while ((await heardSeconds(page)) < 2) await pause(100);
    await page.click("#start");
    await until(page, ({ status }) => status === "Finishing…");
    clock.advance(12_000);
    const { lines, error } = await until(page, ({ status }) => status === "Ready");
    expect(error).toBe("");
    expect(await page.run("statuses")).toEqual(["Connecting…", "Finishing…", "Ready"]);
    expect(lines.join(" ").toLowerCase()).toMatch(/^one/);
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

  behaviour("a drop while someone speaks is shown, and misses no word", async () => {
    await using own = await demoWith([{ when: { audioMs: 3_000 }, do: "reset", session: 0 }]);
    await using page = await visit(browser, own.url);
    await watchStatus(page);
    await page.click("#start");
    await until(page, ({ lines, partial }) => [...lines, partial].join(" ").includes("six"));
    await page.click("#start");
    const { lines } = await until(page, ({ status }) => status === "Ready");
    expect(await page.run("statuses")).toEqual([
      "Connecting…",
      "Listening",
      "Reconnecting…",
      "Listening",
      "Finishing…",
      "Ready",
    ]);
    // The seconds from the first one on.
    expect(
      lines
        .join(" ")
        .toLowerCase()
        .match(/[a-z]+/g)
        ?.join(" "),
    ).toMatch(/^one two three four five six/);
  });

  /** What the page says in a browser of its own. */
  async function failing(options: Parameters<Kit["launch"]>[0]): Promise<string> {
    await using browser = await launch(options);
    await using page = await visit(browser, counting.url);
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
});
