import { readFile } from "node:fs/promises";
import { startEmulator } from "@voxpipe/emulator";
import { needing } from "@voxpipe/testing";
import { exact } from "@voxpipe/testing/exact-emulator";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { buildVisitor } from "../runtimes/build-visitor.ts";
import { buildTokenServers, startTokenServer, tokenServers } from "../runtimes/token-servers.ts";
import { openChromium } from "./launch/chromium.ts";

const apiKey = "the-key-that-stays-on-the-server";
let browser: Browser;
let script: string;
let servers: string;

describe("a page in Chromium", needing("Chromium"), () => {
  beforeAll(async () => {
    const installed = inject("installed");
    servers = await buildTokenServers(installed);
    script = await readFile((await buildVisitor(installed)).page, "utf8");
    browser = await openChromium();
  });
  afterAll(() => browser?.close());

  test.each(tokenServers)("of a server on %s transcribes with its tokens, a fresh one after a drop", async (name) => {
    await using emulator = await startEmulator({
      ...exact,
      apiKeys: [apiKey],
      oneTimeTokens: true,
      faults: [{ when: { audioMs: 1_200 }, do: "drop", session: 0 }],
    });
    const environment = { ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: emulator.url };
    await using server = await startTokenServer(name, servers, environment);
    const context = await browser.newContext();
    const page = await context.newPage();
    // The refusal of a GET serves as a page: of the server's own origin, as the address bar gets it, with no policy.
    expect((await page.goto(`${server.url}/api/token`))?.status()).toBe(405);
    await page.evaluate(script);

    const nobody = await page.evaluate((apiHost) => globalThis.visit(apiHost), emulator.url);
    expect(nobody.failure).toMatchObject({ code: "unauthorized", status: 401 });
    expect(emulator.sessions).toHaveLength(0);

    await context.addCookies([{ name: "session", value: "ada", url: server.url }]);
    const ada = await page.evaluate((apiHost) => globalThis.visit(apiHost), emulator.url);
    expect(ada).toEqual({ finals: ["one two three"], reconnects: 1 });
    expect(new Set(emulator.sessions.map(({ handshake }) => handshake.query.get("token"))).size).toBe(2);
    expect(JSON.stringify(emulator.sessions.map(({ handshake }) => [handshake.url, handshake.headers]))).not.toContain(
      apiKey,
    );
    await context.close();
  });
});
