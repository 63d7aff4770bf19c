import { MicrophoneError } from "@voxpipe/microphone";
import { expect, test } from "vitest";
import { connect } from "voxpipe";
import { openTab, startBoth, startKit, type Tab } from "./kit.ts";

const leadingSilenceMs = (audio: Uint8Array) => audio.findIndex((byte) => byte !== 0) / 32;

test("the leading silence of a source that opens later puts both on one clock", async () => {
  // As in a page that has loaded them.
  await import("../src/several/several-sources.ts");
  await using kit = await startKit(
    {
      sources: {
        first: async () => openTab(),
        late: async () => {
          const begun = performance.now();
          await expect.poll(() => performance.now() - begun, { interval: 5 }).toBeGreaterThan(400);
          return openTab();
        },
      },
    },
    { record: true },
  );
  await kit.transcriber.start();
  const sessions = () => kit.emulator.sessions.map((session) => session.recordedAudio());
  await expect.poll(() => sessions().filter((audio) => audio.some((byte) => byte !== 0)).length).toBe(2);
  await kit.transcriber.stop();
  const [first = -1, late = -1] = sessions()
    .map(leadingSilenceMs)
    .sort((a, b) => a - b);
  expect(first).toBeLessThan(1);
  expect(late).toBeGreaterThanOrEqual(300);
});

test("a run whose first session is of a channel that the former run lacked keeps the earlier turns", async () => {
  let run = 0;
  let answer = () => {};
  const asked = new Promise<string>((resolve) => {
    answer = () => resolve("example");
  });
  await using kit = await startBoth({
    connect({ apiKey = "", token: _, ...options }, channel) {
      if (run === 1 && channel === "others")
        return connect({ ...options, token: () => Promise.reject(new Error("No.")) });
      if (run === 2 && channel === "me") return connect({ ...options, token: () => asked });
      return connect({ ...options, apiKey });
    },
  });
  const { transcriber, until } = kit;
  run = 1;
  await transcriber.start();
  await until(({ transcript, channels }) => transcript.text !== "" && channels.others?.status === "failed");
  await transcriber.stop();
  const { turns } = transcriber.snapshot.transcript;
  expect(new Set(turns.map(({ channel }) => channel))).toEqual(new Set(["me"]));
  run = 2;
  const started = transcriber.start();
  await until(({ transcript }) =>
    [...transcript.turns, ...transcript.partials].some(({ channel }) => channel === "others"),
  );
  answer();
  await started;
  await transcriber.stop();
  const after = transcriber.snapshot.transcript.turns;
  expect(after.slice(0, turns.length).map(({ text }) => text)).toEqual(turns.map(({ text }) => text));
  expect(after.slice(turns.length).some(({ channel }) => channel === "others")).toBe(true);
});

test("the same stream twice, and source together with sources, are refused", async () => {
  const stream = new ReadableStream<Uint8Array>();
  await using twins = await startKit({ sources: { a: stream, b: stream } });
  await twins.transcriber.start();
  expect(twins.transcriber.snapshot.error).toMatchObject({
    code: "invalid-options",
    message: expect.stringMatching(/a and b are the same stream\. Give each channel a source of its own/),
  });
  expect(stream.locked).toBe(false);

  const single: object = { source: "microphone" };
  await using kit = await startBoth(single);
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot).toMatchObject({
    status: "failed",
    error: { code: "invalid-options", message: expect.stringContaining("Give one of the two") },
  });
  await expect.poll(kit.open).toBe(0);
});

test("two starts, and one while it listens, open each source once; abort turns all off at once", async () => {
  let asked = 0;
  await using kit = await startBoth({}, {}, () => asked++);
  const { transcriber, tabs, fake, emulator } = kit;
  const started = Promise.all([transcriber.start(), transcriber.start()]);
  expect(asked).toBe(1);
  await started;
  await transcriber.start();
  expect([asked, tabs.length, fake.opened.length, emulator.sessions.length]).toEqual([1, 1, 1, 2]);
  expect(kit.open()).toBe(2);
  transcriber.abort();
  expect([transcriber.snapshot.status, kit.open()]).toEqual(["idle", 0]);
});

test("a function that never answers while another one fails: the start fails, and what comes later is let go", async () => {
  let come = (_tab: Tab) => {};
  await using kit = await startKit({
    sources: {
      slow: () => new Promise<Tab>((resolve) => (come = resolve)),
      others: () => {
        throw new MicrophoneError("no-tab-audio", "The share has no sound. Share it again with its sound.");
      },
      me: "microphone",
    },
  });
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot).toMatchObject({
    status: "failed",
    error: {
      code: "no-tab-audio",
      channel: "others",
      message: expect.stringMatching(/^others: The share has no sound/),
    },
  });
  const late = openTab();
  come(late);
  await expect.poll(() => late.state).toBe("stopped");
  expect(kit.fake.opened).toEqual([]);
});

test("a stop at any moment of the opening leaves no share and no microphone on", async () => {
  await using kit = await startBoth();
  for (let turns = 0; turns < 30; turns += 3) {
    void kit.transcriber.start();
    for (let turn = 0; turn < turns; turn++) await (turn % 4 === 3 ? new Promise(setImmediate) : undefined);
    await kit.transcriber.stop();
    await expect.poll(kit.open, { interval: 1 }).toBe(0);
  }
  expect(kit.tabs).toHaveLength(10);
});

test("the error of a failed choice of a device does not hide why the run fails later", async () => {
  await using kit = await startKit({ reconnect: false }, { faults: [{ when: { audioMs: 3_000 }, do: "reset" }] });
  await kit.transcriber.start();
  await kit.transcriber.setDevice("fake-3");
  expect(kit.transcriber.snapshot).toMatchObject({ status: "listening", error: { code: "no-device" } });
  const { error } = await kit.until(({ status }) => status === "failed");
  expect(error?.code).toBe("connection-lost");
});
