import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type ObservedMessage, startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { exact } from "@voxpipe/testing/exact-emulator";
import { until } from "../browsers/demo/page.ts";
import { startDemo } from "../browsers/demo/process.ts";
import { launchChromium } from "../browsers/launch/chromium.ts";
import { PlaywrightPage } from "../browsers/launch/playwright-page.ts";
import { root } from "../workspace.ts";
import { lag, loudness } from "./loudness.ts";
import type { Figure } from "./main.ts";
import { percentile } from "./percentile.ts";
import { watchPage } from "./watch-page.ts";

const sample = `${root}packages/recognizer/sample`;
const rounds = 2;
const rate = 16_000;

/** When a word was heard, arrived, was sent and was seen: ms since the epoch. */
interface Word {
  /** The browser had the end of it and could give it to a page. */
  readonly captured: number;
  /** The server had the end of it. */
  readonly arrived: number;
  /** The server sent the first turn that holds it. */
  readonly sent: number;
  /** The page showed it. */
  readonly shown: number;
}

/** From the end of each word of the sample, spoken through the fake microphone, to its first appearance on the page. */
export async function latency(): Promise<Figure[]> {
  const words: Word[] = [];
  for (let round = 0; round < rounds; round++) words.push(...(await speak()));
  const row = (what: string, of: (word: Word) => number): Figure => {
    const values = words.map(of);
    return [
      `latency: ${what}`,
      `p50 ${percentile(values, 50).toFixed(0)} ms, p95 ${percentile(values, 95).toFixed(0)} ms`,
    ];
  };
  return [
    row(`a word's end to its first appearance (${words.length} words)`, ({ captured, shown }) => shown - captured),
    row("of that the recogniser's: arrival to sending", ({ arrived, sent }) => sent - arrived),
    row("of that ours: microphone, framing, socket", ({ captured, arrived }) => arrived - captured),
    row("of that ours: socket, session, page", ({ sent, shown }) => shown - sent),
    row("ours together", ({ captured, arrived, sent, shown }) => arrived - captured + shown - sent),
  ];
}

async function speak(): Promise<Word[]> {
  const engine = recognizer();
  await using service = await startEmulator({ ...exact, apiKeys: ["key"], engine, record: true });
  await using demo = await startDemo({ ASSEMBLYAI_API_KEY: "key", ASSEMBLYAI_HOST: service.url });
  await using browser = await launchChromium({ microphone: { wav: `${sample}/sample.wav` } });
  await using page = await browser.newPage();
  if (!(page instanceof PlaywrightPage)) throw new Error("Only Playwright's pages can be watched.");
  await page.page.addInitScript(watchPage);
  await page.goto(demo.url);
  await page.click("#start");
  // The sample's length, and what the last turn needs.
  await pause(27_000);
  await page.click("#start");
  await until(page, ({ status }) => status === "Ready");
  const seen = await page.run<ReturnType<typeof watchPage>>("watched");
  const [session] = service.sessions;
  if (!session) throw new Error("The server saw no session.");
  await engine.close();

  // Where the sample begins in what the track gave, and in what the server got.
  const source = loudness(samplesOf((await readFile(`${sample}/sample.wav`)).subarray(44)), rate);
  const inCapture = lag(source, seen.loudness);
  const inStream = lag(source, loudness(samplesOf(session.recordedAudio()), rate));
  const turns = session.messages.flatMap(turnOf);
  const script: { text: string; end: number }[] = JSON.parse(await readFile(`${sample}/words.json`, "utf8"));
  return script.flatMap(({ end }, index) => {
    const spoken = plain(
      script
        .slice(0, index + 1)
        .map(({ text }) => text)
        .join(" "),
    );
    const holds = ({ text }: { text: string }) => plain(text).startsWith(spoken);
    const captured = seen.blocks.find(({ endMs }) => endMs >= end + inCapture)?.at;
    const arrived = arrival(session.messages, end + inStream);
    const sent = sentTexts(turns).find(holds)?.at;
    const shown = seen.texts.find(holds)?.at;
    // A word that was recognised as another has no moment of its own.
    if (captured === undefined || arrived === undefined || sent === undefined || shown === undefined) return [];
    return [{ captured, arrived, sent, shown }];
  });
}

/** When the server had the stream's audio up to `ms`. */
function arrival(messages: readonly ObservedMessage[], ms: number): number | undefined {
  let heard = 0;
  for (const message of messages) {
    if (message.kind !== "audio") continue;
    heard += message.durationMs ?? 0;
    if (heard >= ms) return message.at;
  }
  return undefined;
}

interface Turn {
  readonly at: number;
  readonly order: number;
  readonly text: string;
}

function turnOf(message: ObservedMessage): Turn[] {
  if (message.kind !== "text" || message.direction !== "out") return [];
  const { json } = message;
  if (typeof json !== "object" || json === null || !("turn_order" in json) || !("words" in json)) return [];
  if (typeof json.turn_order !== "number" || !Array.isArray(json.words)) return [];
  return [{ at: message.at, order: json.turn_order, text: json.words.map(({ text }) => text).join(" ") }];
}

/** All that had been said up to each turn. */
function sentTexts(turns: readonly Turn[]): { at: number; text: string }[] {
  const all: string[] = [];
  return turns.map(({ at, order, text }) => {
    all[order] = text;
    return { at, text: all.join(" ") };
  });
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z ]/g, "");
}

function samplesOf(pcm: Uint8Array): Float32Array {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from({ length: Math.floor(pcm.length / 2) }, (_, i) => view.getInt16(2 * i, true) / 32_768);
}
