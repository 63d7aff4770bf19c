import { openTabAudio } from "@voxpipe/microphone";
import { expect, test } from "vitest";
import type { SourcesOptions, Transcriber } from "../src/index.ts";
import { openTab, startBoth, startKit, type Tab } from "./kit.ts";

const channelsHeard = ({ snapshot }: Transcriber) =>
  [...new Set([...snapshot.transcript.turns, ...snapshot.transcript.partials].map(({ channel }) => channel))].sort();

test("microphone and tab are two channels of one transcript; a stop ends both", async () => {
  await using kit = await startBoth();
  const { transcriber, statuses, emulator, until, open } = kit;
  expect(transcriber.snapshot.channels).toEqual({});
  await transcriber.start();
  expect(emulator.sessions).toHaveLength(2);
  expect(transcriber.call?.state).toBe("open");
  expect(transcriber.session).toBeUndefined();
  await until(() => channelsHeard(transcriber).length === 2);
  expect(transcriber.snapshot).toMatchObject({
    device: { deviceId: "fake-1" },
    channels: { me: { status: "open", droppedMs: 0, error: undefined }, others: { status: "open" } },
  });
  await transcriber.stop();
  expect(channelsHeard(transcriber)).toEqual(["me", "others"]);
  expect(open()).toBe(0);
  expect(transcriber.snapshot.channels).toMatchObject({ me: { status: "ended" }, others: { status: "ended" } });
  expect(statuses).toEqual(["idle", "starting", "listening", "finishing", "idle"]);
});

test("mixed is one session, whose words have a channel", async () => {
  await using kit = await startBoth({ mode: "mixed" });
  await kit.transcriber.start();
  await kit.until(({ transcript }) => transcript.text !== "");
  expect(kit.emulator.sessions).toHaveLength(1);
  await kit.transcriber.stop();
  expect(kit.transcriber.snapshot.status).toBe("idle");
});

test("a share that ends lets the microphone continue, and is shown; when all have ended, the run ends", async () => {
  await using kit = await startBoth();
  const { transcriber, tabs, fake, until, emulator } = kit;
  await transcriber.start();
  await tabs[0]?.stop();
  await until(({ channels }) => channels.others?.status === "ended");
  expect(transcriber.snapshot).toMatchObject({
    status: "listening",
    error: undefined,
    channels: { me: { status: "open" } },
  });
  expect(fake.lights).toBe(1);
  await expect.poll(() => emulator.sessions.map(({ received }) => received.length).sort()).toEqual([0, 1]);
  await fake.opened[0]?.stop();
  await until(({ status }) => status === "idle");
});

test("a microphone that is lost is said with its channel, while the tab continues; all lost is failed", async () => {
  await using kit = await startBoth();
  const { transcriber, tabs, fake, until, open } = kit;
  await transcriber.start();
  fake.opened[0]?.lose();
  await until(({ error }) => error !== undefined);
  expect(transcriber.snapshot).toMatchObject({
    status: "listening",
    device: undefined,
    error: { code: "device-lost", channel: "me", message: expect.stringMatching(/^me: /) },
    channels: { me: { status: "failed", error: { code: "device-lost" } }, others: { status: "open" } },
  });
  expect(open()).toBe(1);
  tabs[0]?.lose();
  await until(({ status }) => status === "failed");
  expect(transcriber.snapshot.error).toMatchObject({ code: "device-lost", channel: "me" });
  await transcriber.start();
  expect(transcriber.snapshot).toMatchObject({ status: "listening", error: undefined });
});

test("one that is refused fails the start with its channel's name, and lets the other go", async () => {
  await using kit = await startBoth();
  const { transcriber, fake, tabs, open, emulator } = kit;
  fake.refuse("permission-denied");
  await transcriber.start();
  expect(transcriber.snapshot).toMatchObject({ status: "failed", error: { code: "permission-denied", channel: "me" } });
  expect(tabs).toHaveLength(1);
  expect([open(), emulator.sessions.length]).toEqual([0, 0]);

  await using refusing = await startBoth({
    sources: {
      me: "microphone",
      others: () => {
        throw new Error("The visitor shared no tab.");
      },
    },
  });
  await refusing.transcriber.start();
  expect(refusing.transcriber.snapshot.error).toMatchObject({
    code: "source-failed",
    channel: "others",
    message: "others: The visitor shared no tab.",
  });
  // The visitor is not asked for it in vain.
  expect(refusing.fake.opened).toEqual([]);
});

test("functions are called in the click's own task", async () => {
  let isInTask = true;
  const called: boolean[] = [];
  const others = async () => {
    called.push(isInTask);
    return openTab(1);
  };
  await using kit = await startBoth({ sources: { me: "microphone", others } });
  const started = kit.transcriber.start();
  isInTask = false;
  await started;
  expect(called).toEqual([true]);
});

test("a stop while one is open and the other is asking turns the open one off at once, and the other when it comes", async () => {
  let come = (_tab: Tab) => {};
  const first = openTab();
  await using kit = await startBoth({
    sources: {
      first: async () => first,
      second: () => new Promise<Tab>((resolve) => (come = resolve)),
      me: "microphone",
    },
  });
  void kit.transcriber.start();
  await kit.transcriber.stop();
  await expect.poll(() => first.state).toBe("stopped");
  const late = openTab();
  come(late);
  await expect.poll(() => late.state).toBe("stopped");
  expect(kit.fake.opened).toEqual([]);

  await using asking = await startBoth();
  const answer = asking.fake.hold();
  void asking.transcriber.start();
  await expect.poll(() => asking.tabs.length).toBe(1);
  await asking.transcriber.stop();
  answer();
  await expect.poll(asking.open).toBe(0);
  expect(asking.fake.opened).toEqual([]);
});

test("mute is the microphone's: the tab is still heard", async () => {
  await using kit = await startBoth();
  const { transcriber, tabs, fake, until } = kit;
  transcriber.mute();
  await transcriber.start();
  expect([fake.opened[0]?.muted, tabs[0]?.muted]).toEqual([true, false]);
  await until(() => channelsHeard(transcriber).includes("others"));
  expect(channelsHeard(transcriber)).toEqual(["others"]);
  transcriber.unmute();
  expect(fake.opened[0]?.muted).toBe(false);
  await transcriber.setDevice("fake-2");
  expect(transcriber.snapshot).toMatchObject({ deviceId: "fake-2", error: undefined });
});

test("a pause keeps the share, which is not heard meanwhile; resume continues with it in one transcript", async () => {
  await using kit = await startBoth();
  const { transcriber, tabs, fake, until, emulator } = kit;
  await transcriber.start();
  await until(() => channelsHeard(transcriber).length === 2);
  await transcriber.pause();
  expect(transcriber.snapshot.status).toBe("paused");
  expect([fake.lights, tabs[0]?.state]).toEqual([0, "live"]);
  const before = transcriber.snapshot.transcript.turns.length;
  await transcriber.resume();
  expect([tabs.length, emulator.sessions.length]).toEqual([1, 4]);
  await until(({ transcript }) => transcript.turns.length + transcript.partials.length > before);
  await transcriber.stop();
  expect(tabs[0]?.state).toBe("stopped");
});

test("dropped audio is counted for each channel", async () => {
  await using kit = await startBoth();
  await kit.transcriber.start();
  kit.fake.opened[0]?.drop(120);
  kit.tabs[0]?.drop(60);
  expect(kit.transcriber.snapshot).toMatchObject({
    droppedMs: 180,
    channels: { me: { droppedMs: 120 }, others: { droppedMs: 60 } },
  });
});

test("a session that fails ends its channel, whose source is turned off; the other continues", async () => {
  await using kit = await startBoth(
    { reconnect: false },
    { faults: [{ when: { audioMs: 2_000 }, do: "reset", session: 0 }] },
  );
  await kit.transcriber.start();
  const { error, status, channels } = await kit.until(({ error }) => error !== undefined);
  expect(status).toBe("listening");
  expect(["me", "others"]).toContain(error?.channel);
  expect(
    Object.values(channels)
      .map(({ status }) => status)
      .sort(),
  ).toEqual(["failed", "open"]);
  expect(kit.open()).toBe(1);
});

test.each<[string, SourcesOptions["sources"], RegExp]>([
  ["no sources", {}, /1 to 16 names/],
  ["an empty name", { "": "microphone" }, /is empty/],
  ["the microphone twice", { a: "microphone", b: () => undefined }, /a and b are the same microphone/],
])("%s: the start fails and says so", async (_, sources, message) => {
  await using kit = await startKit({ sources });
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot).toMatchObject({
    status: "failed",
    error: { code: "invalid-options", message: expect.stringMatching(message) },
  });
  expect(kit.fake.lights).toBe(0);
});

test("openTabAudio is a source as it is", () => {
  const options: SourcesOptions = { token: "example", sources: { me: "microphone", others: openTabAudio } };
  expect(Object.keys(options.sources)).toEqual(["me", "others"]);
});

test("after an abort, and when all sessions fail, no channel is shown as open", async () => {
  await using kit = await startBoth();
  await kit.transcriber.start();
  kit.transcriber.abort();
  expect(kit.transcriber.snapshot.channels).toMatchObject({ me: { status: "ended" }, others: { status: "ended" } });
  expect(kit.open()).toBe(0);

  await using refused = await startBoth(
    {},
    { faults: [{ when: "open", do: { error: 1008, text: "Not authorized" } }] },
  );
  await refused.transcriber.start();
  await refused.until(({ status }) => status === "failed");
  const shown = Object.values(refused.transcriber.snapshot.channels).map(({ status }) => status);
  expect(shown).toHaveLength(2);
  expect(shown).not.toContain("open");
  expect(refused.open()).toBe(0);
});
