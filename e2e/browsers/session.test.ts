import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fault, startEmulator } from "@voxpipe/emulator";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { findNoise, noise, wavFile } from "./noise.ts";
import { serveSite } from "./site.ts";

// Opaque, as the service's are.
const token = "token-of-the-browsers-tests";
// The fake microphone's own rate, so that the audio can be compared sample by sample.
const sampleRate = 44_100;
const original = noise(4 * sampleRate);
let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-noise-"));
  const samples = new Int16Array(original.length + 3 * sampleRate);
  samples.set(original, 2 * sampleRate);
  await writeFile(join(folder, "noise.wav"), wavFile(samples, sampleRate));
  browser = await launchChromium({ wav: join(folder, "noise.wav") });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A page with a token, and the local server that takes it. */
async function visit(faults: Fault[] = [], answer = { status: 200, body: { token } as unknown }) {
  const emulator = await startEmulator({ tokens: [token], faults, record: true });
  const site = await serveSite({ token: () => answer });
  const context = await browser.newContext({ permissions: ["microphone"] });
  const page = await context.newPage();
  await page.goto(site.url);
  return {
    page,
    emulator,
    async [Symbol.asyncDispose]() {
      await context.close();
      await site[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

/** Speaks for 6.5 s into a session, as a page does; gives the events' types, and what was lost. */
async function speak({ page, emulator }: Awaited<ReturnType<typeof visit>>) {
  return page.evaluate(
    async ({ apiHost, sampleRate }) => {
      const microphone = await voxpipe.openMicrophone({ sampleRate, constraints: voxpipe.raw });
      const token = voxpipe.tokenFrom("/api/token");
      const session = voxpipe.connect({ apiHost, token, sampleRate, connectTimeout: 30_000 });
      const sending = microphone.readable.pipeTo(session.audio);
      setTimeout(() => void microphone.stop(), 6_500);
      const types: string[] = [];
      let lostMs = 0;
      for await (const event of session.events) {
        types.push(event.type);
        if (event.type === "Reconnected") lostMs += event.lost_ms;
      }
      await sending;
      return { types: [...new Set(types)], lostMs, droppedMs: microphone.droppedMs, lights: voxpipe.lights() };
    },
    { apiHost: emulator.url, sampleRate },
  );
}

function heard(audio: Uint8Array | undefined): Int16Array {
  const bytes = Uint8Array.from(audio ?? []);
  return new Int16Array(bytes.buffer, 0, Math.floor(bytes.length / 2));
}

test("what is said before Begin, which takes 12 s, arrives sample by sample", { timeout: 90_000 }, async () => {
  await using visited = await visit([{ when: "open", do: { delay: 12_000 } }]);
  const result = await speak(visited);
  expect(result).toMatchObject({ lostMs: 0, droppedMs: 0, lights: 0 });
  expect(result.types.at(-1)).toBe("Termination");
  const [session] = visited.emulator.sessions;
  expect(findNoise(heard(session?.recordedAudio()), original)).toEqual({ exact: original.length, from: 0 });
});

test("a connection that drops while someone speaks loses nothing", { timeout: 90_000 }, async () => {
  await using visited = await visit([{ when: { audioMs: 3_000 }, do: "reset", session: 0 }]);
  const result = await speak(visited);
  expect(result).toMatchObject({ lostMs: 0, droppedMs: 0, lights: 0 });
  expect(result.types).toEqual(expect.arrayContaining(["Begin", "Reconnecting", "Reconnected", "Turn", "Termination"]));
});

test.each([
  ["a token that the server refuses", { status: 403, body: {} }, [], /^unauthorized: .*403/],
  ["an answer without a token", { status: 200, body: {} }, [], /^token-failed: .*token/],
  ["a service that is down", undefined, [{ when: "connect", do: "drop" }] satisfies Fault[], /^connection-failed: /],
])("%s ends the session with its reason, and the light goes out", async (_, answer, faults, reason) => {
  await using visited = await visit(faults, answer);
  const { page, emulator } = visited;
  const result = await page.evaluate(
    async ({ apiHost }) => {
      const microphone = await voxpipe.openMicrophone();
      const session = voxpipe.connect({ apiHost, token: voxpipe.tokenFrom("/api/token"), sampleRate: 16_000 });
      await voxpipe.failure(microphone.readable.pipeTo(session.audio));
      const failure = await voxpipe.failure(session.closed);
      await microphone.stop();
      return { failure, state: session.state, lights: voxpipe.lights() };
    },
    { apiHost: emulator.url },
  );
  expect(result.failure).toMatch(reason);
  expect(result).toMatchObject({ state: "closed", lights: 0 });
});

test("an API key is refused in a page, before anything is sent", async () => {
  await using visited = await visit();
  const failure = await visited.page.evaluate(
    ({ apiHost }) => voxpipe.failure((async () => voxpipe.connect({ apiHost, apiKey: "key", sampleRate: 16_000 }))()),
    { apiHost: visited.emulator.url },
  );
  expect(failure).toMatch(/^api-key-in-browser: /);
  expect(visited.emulator.sessions).toHaveLength(0);
});

test("leaving the loop over the events ends the session and turns the light out", async () => {
  await using visited = await visit();
  const result = await visited.page.evaluate(
    async ({ apiHost }) => {
      const microphone = await voxpipe.openMicrophone();
      const session = voxpipe.connect({ apiHost, token: voxpipe.tokenFrom("/api/token"), sampleRate: 16_000 });
      const sending = voxpipe.failure(microphone.readable.pipeTo(session.audio));
      for await (const event of session.events) if (event.type === "Begin") break;
      await sending;
      while (microphone.state !== "stopped") await voxpipe.pause(20);
      return { closed: await voxpipe.failure(session.closed), lights: voxpipe.lights() };
    },
    { apiHost: visited.emulator.url },
  );
  expect(result).toEqual({ closed: "none", lights: 0 });
});
