import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect } from "vitest";
import type { RunningBrowser } from "../launch/browsers.ts";
import { evaluate } from "../launch/test-page.ts";
import { inEveryBrowser } from "../matrix/behaviours.ts";
import { accessibilityFaults } from "./accessibility.ts";
import { lights, tabTo, until, watchLights } from "./page.ts";

import { demoWith, visit } from "./surroundings.ts";

/** Counts the seconds that it hears. */
let counting: Awaited<ReturnType<typeof demoWith>>;
beforeAll(async () => {
  counting = await demoWith([]);
});
afterAll(() => counting?.[Symbol.asyncDispose]());

inEveryBrowser("the demo page without a mouse, or without a screen", ({ launch, behaviour }) => {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

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
    while (heardMs() < before + 1_500) await pause(100);
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
});
