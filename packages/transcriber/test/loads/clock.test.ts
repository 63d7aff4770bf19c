import { fakeMicrophone } from "@voxpipe/microphone/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SourceOption } from "../../src/index.ts";
import { startKit, tone } from "../kit.ts";
import { type Chunk, holdLoad, settleAll } from "./held-load.ts";

/** In ms; it moves only when a test says so. */
let now = 0;

beforeEach(() => {
  now = 1_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await settleAll();
});

const loudness = { first: 1, second: 0.5 };
type Name = keyof typeof loudness;

const audioOf = (name: Name) => tone(30).map((sample) => sample * loudness[name]);

/** A tab that was opened just now, and is heard from then on. */
const openTab = (name: Name) =>
  fakeMicrophone({
    audio: audioOf(name),
    after: "silence",
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 10)),
  });

/** PCM that waits from when it was given on, as of a socket. */
const openPcm = (name: Name) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(audioOf(name).buffer)),
  });

const kinds = { tab: openTab, pcm: openPcm, microphone: () => "microphone" as const };
type Kind = keyof typeof kinds;

/** Starts two sources that are given `apart` ms after each other, while a chunk takes `loadMs` more to load. */
async function startTwo(chunk: Chunk, apart: number, loadMs: number, opened: readonly [Kind, Kind]) {
  const load = holdLoad(chunk);
  const give: Partial<Record<Name, () => void>> = {};
  const given: Partial<Record<Name, unknown>> = {};
  const source = (name: Name, kind: Kind): SourceOption =>
    kind === "microphone"
      ? kind
      : () =>
          new Promise((resolve) => {
            give[name] = () => {
              const made = kinds[kind](name);
              given[name] = made;
              resolve(made);
            };
          });
  const sources = { first: source("first", opened[0]), second: source("second", opened[1]) };
  const kit = await startKit({ sources }, { record: true });
  const started = kit.transcriber.start();
  give.first?.();
  await new Promise(setImmediate);
  now += apart;
  give.second?.();
  await load.asked;
  await new Promise(setImmediate);
  const finish = async () => {
    now += loadMs;
    load.settle();
    await started;
    const heard = () => kit.emulator.sessions.map((session) => session.recordedAudio());
    await expect.poll(() => heard().filter((audio) => audio.some((byte) => byte !== 0)).length).toBe(2);
    return heard();
  };
  return { kit, given, finish };
}

/** Silence before the sound, in ms, by the loudness of what follows. */
function leadingSilence(sessions: readonly Uint8Array[]) {
  const starts = sessions.map((audio) => {
    const samples = new Int16Array(audio.buffer, audio.byteOffset, audio.byteLength >> 1);
    const from = samples.findIndex((sample) => sample !== 0);
    const peak = samples.slice(from, from + 100).reduce((loudest, sample) => Math.max(loudest, sample), 0);
    return [peak > 6_000 ? "first" : "second", Math.round(from / 16)];
  });
  return Object.fromEntries(starts);
}

test.each<[Chunk, Kind, Kind]>([
  ["source/given-source", "tab", "tab"],
  ["several/several-sources", "tab", "tab"],
  ["source/opened-source", "tab", "tab"],
  ["source/opened-source", "pcm", "tab"],
  ["source/pcm-source", "tab", "pcm"],
  ["source/given-source", "tab", "pcm"],
  ["source/given-source", "pcm", "pcm"],
])(
  "while %s loads, a %s and 500 ms later a %s are given: 500 ms apart is how they are sent",
  async (chunk, ...opened) => {
    const { kit, finish } = await startTwo(chunk, 500, 2_000, opened);
    await using _ = kit;
    expect(leadingSilence(await finish())).toEqual({ first: 0, second: 500 });
  },
);

test.each<Chunk>(["source/given-source", "several/several-sources", "source/opened-source"])(
  "%s takes 2 s to load: the microphone, which is opened then, is sent 2 s after what the tab gave before",
  async (chunk) => {
    const { kit, finish } = await startTwo(chunk, 0, 2_000, ["tab", "microphone"]);
    await using _ = kit;
    const starts = await finish();
    const [tab = 0, microphone = 0] = starts
      .map((audio) => Math.round(new Int16Array(audio.buffer).findIndex((sample) => sample !== 0) / 16))
      .sort((a, b) => a - b);
    expect([tab, microphone]).toEqual([0, 2_000]);
  },
);

test("what a tab dropped while code loads is missing in it alone, and is shown", async () => {
  const { kit, given, finish } = await startTwo("source/opened-source", 0, 60_000, ["tab", "tab"]);
  await using _ = kit;
  const tab = given.first;
  if (!(typeof tab === "object" && tab !== null && "drop" in tab && typeof tab.drop === "function"))
    throw new Error("There is no tab.");
  tab.drop(1_000);
  expect(leadingSilence(await finish())).toEqual({ first: 1_000, second: 0 });
  expect(kit.transcriber.snapshot.channels).toMatchObject({ first: { droppedMs: 1_000 }, second: { droppedMs: 0 } });
});
