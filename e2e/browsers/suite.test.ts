import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { createTokenHandler } from "@voxpipe/token";
import { afterAll, beforeAll, expect, inject } from "vitest";
import { apiKey, expectations, faults, sessionsOf } from "../runtimes/expectations.ts";
import type { Seen } from "../runtimes/suite.ts";
import { handshakeOf } from "../runtimes/witness.ts";
import type { BrowserName } from "./launch/browsers.ts";
import { evaluate } from "./launch/test-page.ts";
import { inEveryBrowser } from "./matrix/behaviours.ts";
import { serveSite } from "./site/serve-site.ts";

/** WebKit's GTK port accepts everything at once, and then reports that nothing waits (`bufferedAmount` 0). */
const tellsBuffered = (name: BrowserName) => name !== "WebKit";

/** The suite that every runtime runs: in a page it has the site's tokens in place of a key. */
inEveryBrowser("connect", ({ name, launch, behaviour }) => {
  let emulator: Emulator;
  const seen = new Map<unknown, Seen>();
  const abilities = { entry: "web.js", tellsStatus: false, tellsBuffered: tellsBuffered(name), mintsTokens: false };

  beforeAll(async () => {
    emulator = await startEmulator({ ...exact, apiKeys: [apiKey], faults });
    const handler = createTokenHandler({ apiKey, apiHost: emulator.url, authorize: () => "a visitor" });
    await using site = await serveSite({
      async token() {
        const response = await handler(new Request("http://site.example/api/token", { method: "POST" }));
        return { status: response.status, body: await response.json() };
      },
      handshake: (behaviour) => handshakeOf(emulator, behaviour),
    });
    await using browser = await launch();
    await using page = await browser.newPage();
    await page.goto(`${site.url}suite`);
    const surroundings = { apiHost: emulator.url, witness: "/api/handshake", tellsBuffered: tellsBuffered(name) };
    const lines = await evaluate(
      page,
      async (surroundings) => {
        // WebKit's driver may answer before the page's script has run.
        while (typeof globalThis.suite !== "function") await new Promise((resolve) => setTimeout(resolve, 20));
        return globalThis.suite(surroundings);
      },
      surroundings,
    );
    for (const line of lines) {
      const { behaviour, ...what }: Seen = JSON.parse(line);
      seen.set(behaviour, what);
    }
    seen.set("entry", { entry: inject("suiteEntry") });
  });
  afterAll(() => emulator?.close());

  for (const [title, expectation] of Object.entries(expectations)) {
    behaviour(title, async () => {
      const what = seen.get(title);
      if (what === undefined) throw new Error("The page did not report this behaviour.");
      expect(what.threw).toBeUndefined();
      expectation(what, emulator.sessions.filter(sessionsOf(title)), abilities);
    });
  }
});
