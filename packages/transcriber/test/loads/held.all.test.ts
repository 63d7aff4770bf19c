import { afterEach, expect, test } from "vitest";
import type { SourcesOptions } from "../../src/index.ts";
import { openTab, startKit, type Tab, tone } from "../kit.ts";
import { type Chunk, chunks, holdLoad, settleAll } from "./held-load.ts";

afterEach(settleAll);

/** A tab, a MediaStream and a stream of PCM, made at each start; and how many of them are on. */
function threeSources() {
  const tabs: Tab[] = [];
  const on = new Set<object>();
  const sources = {
    tab: async () => {
      const tab = openTab();
      tabs.push(tab);
      return tab;
    },
    media: async (): Promise<MediaStream> => {
      const track = { stop: () => on.delete(track), readyState: "live" };
      on.add(track);
      return Object.assign(Object(new EventTarget()), { getTracks: () => [track], getAudioTracks: () => [track] });
    },
    pcm: async () => {
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(tone(30).buffer)),
        cancel: () => void on.delete(stream),
      });
      on.add(stream);
      return stream;
    },
  } satisfies SourcesOptions["sources"];
  return { sources, open: () => on.size + tabs.filter(({ state }) => state !== "stopped").length };
}

type End = "stop" | "abort" | "pause" | "dispose";

test.each<[Chunk, End]>([
  ...chunks.map((chunk): [Chunk, End] => [chunk, "stop"]),
  ["source/given-source", "abort"],
  ["source/given-source", "dispose"],
  ["source/opened-source", "pause"],
])(
  "%s hangs while it loads: %s lets go at once what was granted, and what comes later changes nothing",
  async (chunk, end) => {
    const load = holdLoad(chunk);
    const { sources, open } = threeSources();
    await using kit = await startKit({ sources });
    const { transcriber, fake, emulator } = kit;
    const started = transcriber.start();
    await load.asked;
    // The other code is there by then.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect([transcriber.snapshot.status, open()]).toEqual(["starting", 3]);
    const { stop, abort, pause } = transcriber;
    await { stop, abort, pause, dispose: () => transcriber[Symbol.asyncDispose]() }[end]();
    await started;
    expect(transcriber.snapshot.status).toBe(end === "pause" ? "paused" : "idle");
    await expect.poll(open, { interval: 1 }).toBe(0);
    load.settle();
    await transcriber.start();
    expect([transcriber.snapshot.status, open(), fake.opened.length, emulator.sessions.length]).toEqual([
      "listening",
      3,
      1,
      3,
    ]);
    await transcriber.stop();
    await expect.poll(open, { interval: 1 }).toBe(0);
  },
);

test.each([
  ["source/given-source", "tab"],
  ["source/given-source", "media"],
  ["source/given-source", "pcm"],
  ["source/opened-source", "tab"],
  ["source/pcm-source", "pcm"],
] as const)("%s hangs while it loads for %s alone: a stop lets it go at once", async (chunk, name) => {
  const load = holdLoad(chunk);
  const { sources, open } = threeSources();
  await using kit = await startKit({ source: sources[name] });
  void kit.transcriber.start();
  await load.asked;
  await expect.poll(open).toBe(1);
  await kit.transcriber.stop();
  await expect.poll(open, { interval: 1 }).toBe(0);
  expect(kit.statuses).toEqual(["idle", "starting", "idle"]);
});

test.each(["source/given-source", "several/several-sources"] as const)(
  "%s hangs while it loads: a source that fails fails the start at once, by its name, and the others are let go",
  async (chunk) => {
    const load = holdLoad(chunk);
    let refuse = (_error: Error) => {};
    const { sources, open } = threeSources();
    const refused = () =>
      new Promise<never>((_, reject) => {
        refuse = reject;
      });
    await using kit = await startKit({ sources: { ...sources, refused } });
    const started = kit.transcriber.start();
    await load.asked;
    refuse(new Error("The visitor shared no tab."));
    await started;
    expect(kit.transcriber.snapshot).toMatchObject({
      status: "failed",
      error: { code: "source-failed", channel: "refused", message: "refused: The visitor shared no tab." },
    });
    await expect.poll(open, { interval: 1 }).toBe(0);
  },
);

test("a source of one function that fails while code hangs fails the start at once, in its own words", async () => {
  const load = holdLoad("source/given-source");
  let refuse = (_error: Error) => {};
  const source = () =>
    new Promise<never>((_, reject) => {
      refuse = reject;
    });
  await using kit = await startKit({ source });
  const started = kit.transcriber.start();
  await load.asked;
  refuse(new Error("The visitor shared no tab."));
  await started;
  expect(kit.transcriber.snapshot.error).toMatchObject({
    code: "source-failed",
    channel: undefined,
    message: "The visitor shared no tab.",
  });
});

test.each<[string, () => Promise<ReadableStream<Uint8Array>>, RegExp]>([
  ["is none", async () => Object("text"), /^wrong: Invalid source of type String/],
  [
    "is read elsewhere",
    async () => {
      const stream = new ReadableStream<Uint8Array>();
      stream.getReader();
      return stream;
    },
    /^wrong: Invalid source: the ReadableStream is read elsewhere/,
  ],
])(
  "the code of a tab hangs while it loads: another source that %s fails the start at once",
  async (_, wrong, message) => {
    const load = holdLoad("source/opened-source");
    const { sources, open } = threeSources();
    await using kit = await startKit({ sources: { ...sources, wrong } });
    const started = kit.transcriber.start();
    await load.asked;
    await started;
    expect(kit.transcriber.snapshot).toMatchObject({
      status: "failed",
      error: { code: "invalid-options", channel: "wrong", message: expect.stringMatching(message) },
    });
    await expect.poll(open, { interval: 1 }).toBe(0);
  },
);

test("what is granted after a stop is let go, though its code never loads", async () => {
  const load = holdLoad("source/given-source");
  let grant = (_tab: Tab) => {};
  const share = () =>
    new Promise<Tab>((resolve) => {
      grant = resolve;
    });
  await using kit = await startKit({ sources: { me: "microphone", share } });
  void kit.transcriber.start();
  await load.asked;
  await kit.transcriber.stop();
  const tab = openTab();
  grant(tab);
  await expect.poll(() => tab.state, { interval: 1 }).toBe("stopped");
});

test("a function that stops the transcriber itself, before its code has loaded: what it gives is let go", async () => {
  holdLoad("source/given-source");
  const { sources, open } = threeSources();
  await using kit = await startKit({
    source() {
      void kit.transcriber.stop();
      return sources.tab();
    },
  });
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot.status).toBe("idle");
  await expect.poll(open, { interval: 1 }).toBe(0);
});

test.each(["stop", "abort", "pause"] as const)(
  "a share that is still being opened after it was granted is given up by its signal at a %s; one that is open is not",
  async (end) => {
    const signals: AbortSignal[] = [];
    const { sources } = threeSources();
    await using kit = await startKit({
      source: ({ signal }) => {
        signals.push(signal);
        return signals.length === 1 ? new Promise<never>(() => {}) : sources.tab();
      },
    });
    const { transcriber } = kit;
    void transcriber.start();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await transcriber[end]();
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true]);
    await transcriber.start();
    expect(transcriber.snapshot.status).toBe("listening");
    await transcriber.pause();
    await transcriber.resume();
    await transcriber.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  },
);
