import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { createRelay } from "@voxpipe/relay";
import { freePort } from "@voxpipe/testing";
import type { TranscriptEvent } from "@voxpipe/transcript";
import { build } from "esbuild";
import { beforeAll, expect, inject, vi } from "vitest";
import { startProxy } from "../../packages/relay/scripts/load/proxy.ts";
import { root } from "../workspace.ts";
import { PlaywrightPage } from "./launch/playwright-page.ts";
import { evaluate, type TestPage } from "./launch/test-page.ts";
import { inEveryBrowser } from "./matrix/behaviours.ts";

let script = "";

beforeAll(async () => {
  const folder = inject("site");
  await copyFile(join(root, "e2e/browsers/site/reader-page.ts"), join(folder, "reader-page.ts"));
  const { outputFiles } = await build({
    entryPoints: [join(folder, "reader-page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    tsconfigRaw: {},
    logLevel: "warning",
  });
  script = outputFiles[0]?.text ?? "";
});

/** A talk that can be read along, on a server that can go and come back, through a network that can be cut. */
async function openTalk() {
  const relay = createRelay({ heartbeat: 1000 });
  const read = relay.handler({ authorize: () => true });
  const port = await freePort();
  const listener = getRequestListener(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/captions") return read(request);
    if (pathname === "/reader.js") return new Response(script, { headers: { "Content-Type": "text/javascript" } });
    const html = '<!doctype html><title>Reader</title><script type="module" src="/reader.js"></script>';
    const policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
    return new Response(html, { headers: { "Content-Type": "text/html", "Content-Security-Policy": policy } });
  });
  let server: Server | undefined;
  const start = async () => {
    server = createServer(listener).listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const stop = async () => {
    server?.closeAllConnections();
    server?.close();
    if (server) await once(server, "close");
  };
  const { readable, writable } = new TransformStream<TranscriptEvent, TranscriptEvent>();
  const speaker = writable.getWriter();
  const published = relay.publish("talk", readable);
  let order = 0;
  await start();
  const network = await startProxy(port);
  return {
    url: `http://127.0.0.1:${network.port}/?room=talk`,
    start,
    stop,
    cut: network.cut,
    mend: network.mend,
    says: (text: string) => speaker.write(turn(order++, text, true)),
    begins: (text: string) => speaker.write(turn(order, text, false)),
    async [Symbol.asyncDispose]() {
      await speaker.close();
      await published;
      await relay.close();
      await stop();
      await network[Symbol.asyncDispose]();
    },
  };
}

function turn(order: number, text: string, isFinal: boolean): TranscriptEvent {
  const words = text.split(" ").map((word, i) => ({ text: word, start: 300 * i, end: 300 * i + 250 }));
  return { type: "Turn", turn_order: order, end_of_turn: isFinal, turn_is_formatted: isFinal, transcript: text, words };
}

const ways = ["subscribe", "EventSource"] as const;
const shown = (page: TestPage) =>
  evaluate(page, () => ({ subscribe: reader("subscribe"), EventSource: reader("EventSource") }));
/** `expect.poll` does not know its test where several run at once. */
const patience = { timeout: 60_000, interval: 100 };
const shows = (page: TestPage, text: string) =>
  vi.waitFor(async () => {
    const now = await shown(page);
    expect(ways.map((way) => now[way].text)).toEqual([text, text]);
  }, patience);

inEveryBrowser("reading along", ({ launch, behaviour }) => {
  behaviour(
    "with subscribe and EventSource: opened in mid-talk, reloaded, while the server is away, and offline",
    async () => {
      await using talk = await openTalk();
      await talk.says("Good morning.");
      await talk.begins("today we");
      await using browser = await launch();
      await using page = await browser.newPage();
      await page.goto(talk.url);
      await shows(page, "Good morning. today we");
      await talk.says("Today we begin.");
      await shows(page, "Good morning. Today we begin.");

      await page.goto(talk.url);
      await shows(page, "Good morning. Today we begin.");

      await talk.stop();
      await talk.says("Nobody is connected.");
      await vi.waitFor(async () => {
        const now = await shown(page);
        for (const way of ways) expect(now[way].states).toContain("reconnecting");
      }, patience);
      await talk.start();
      await shows(page, "Good morning. Today we begin. Nobody is connected.");

      if (page instanceof PlaywrightPage) {
        const context = page.page.context();
        await context.setOffline(true);
        await talk.says("The train is in a tunnel.");
        await talk.begins("and now");
        await context.setOffline(false);
      } else {
        // Its driver cannot say that it is offline: nothing reaches it, and it is not informed.
        talk.cut();
        await talk.says("The train is in a tunnel.");
        await talk.begins("and now");
        talk.mend();
      }
      await talk.says("And now it is out.");
      await shows(
        page,
        "Good morning. Today we begin. Nobody is connected. The train is in a tunnel. And now it is out.",
      );
      const now = await shown(page);
      for (const way of ways) expect(new Set(now[way].finals).size).toBe(now[way].finals.length);
    },
  );
});
