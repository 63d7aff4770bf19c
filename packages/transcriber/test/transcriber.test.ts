import { expect, test, vi } from "vitest";
import { createTranscriber, idleSnapshot } from "../src/index.ts";
import { startKit } from "./kit.ts";

test("from start to stop: what was said is in the transcript, and the microphone is off", async () => {
  await using kit = await startKit();
  const { transcriber, statuses, fake, until } = kit;
  await transcriber.start();
  expect(transcriber.snapshot).toMatchObject({ status: "listening", device: { deviceId: "fake-1" }, error: undefined });
  await until(({ transcript }) => /three/.test(transcript.text));
  const stopped = transcriber.stop();
  expect(fake.lights).toBe(0);
  await stopped;
  expect(transcriber.snapshot).toMatchObject({ status: "idle", device: undefined });
  expect(transcriber.snapshot.transcript).toMatchObject({
    partial: undefined,
    text: expect.stringMatching(/^one two three/),
  });
  expect(statuses).toEqual(["idle", "starting", "listening", "finishing", "idle"]);
});

test("nothing is opened, connected or timed before start", async () => {
  await using kit = await startKit();
  expect(kit.fake.opened).toEqual([]);
  expect(kit.emulator.sessions).toEqual([]);
  expect(kit.transcriber.snapshot).toEqual(idleSnapshot);
});

test("what was said before the session begins is transcribed, also after a stop in between", async () => {
  await using kit = await startKit({}, { faults: [{ when: "open", do: { delay: 300 } }] });
  const { transcriber, statuses, fake, until } = kit;
  void transcriber.start();
  await expect.poll(() => fake.opened[0]?.level.peak ?? -99).toBeGreaterThan(-20);
  // A second of audio waits in the session, and more in the microphone.
  await expect.poll(() => kit.emulator.sessions.length).toBe(1);
  await transcriber.stop();
  const { transcript } = await until(({ status }) => status === "idle");
  expect(transcript.text).toMatch(/^one/);
  expect(statuses).toEqual(["idle", "starting", "finishing", "idle"]);
});

test("a stop while the visitor is being asked opens no microphone, also if it is allowed later", async () => {
  await using kit = await startKit();
  const answer = kit.fake.hold();
  const started = kit.transcriber.start();
  await kit.transcriber.stop();
  await started;
  answer();
  await Promise.resolve();
  expect(kit.transcriber.snapshot.status).toBe("idle");
  expect(kit.fake.opened).toEqual([]);
});

test("a start during the last words of the run before begins when they are there, and is one transcript with it", async () => {
  await using kit = await startKit();
  const { transcriber, fake, statuses, until } = kit;
  await transcriber.start();
  await until(({ transcript }) => /two/.test(transcript.text));
  void transcriber.stop();
  await transcriber.start();
  expect(fake.opened).toHaveLength(2);
  expect(fake.lights).toBe(1);
  const first = transcriber.snapshot.transcript.turns.length;
  expect(first).toBeGreaterThan(0);
  await until(({ transcript }) => (transcript.partial?.text ?? "").startsWith("one two"));
  await transcriber.stop();
  expect(transcriber.snapshot.transcript.turns.length).toBeGreaterThan(first);
  expect(statuses).toEqual([
    "idle",
    "starting",
    "listening",
    "finishing",
    "starting",
    "listening",
    "finishing",
    "idle",
  ]);
});

test("two starts open one microphone, two stops end it once", async () => {
  await using kit = await startKit();
  const { transcriber, fake } = kit;
  await Promise.all([transcriber.start(), transcriber.start()]);
  expect(fake.opened).toHaveLength(1);
  expect(kit.emulator.sessions).toHaveLength(1);
  await Promise.all([transcriber.stop(), transcriber.stop()]);
  expect(transcriber.snapshot.status).toBe("idle");
  expect(kit.emulator.sessions[0]?.received).toEqual([{ type: "Terminate" }]);
});

test("abort ends everything at once", async () => {
  await using kit = await startKit();
  await kit.transcriber.start();
  kit.transcriber.abort();
  expect(kit.transcriber.snapshot.status).toBe("idle");
  expect(kit.fake.lights).toBe(0);
});

test("a pause ends the session, so that it is not billed, and resume continues in the same transcript", async () => {
  await using kit = await startKit();
  const { transcriber, emulator, fake, statuses, until } = kit;
  await transcriber.start();
  await until(({ transcript }) => /two/.test(transcript.text));
  await transcriber.pause();
  expect(fake.lights).toBe(0);
  expect(emulator.sessions[0]?.received).toEqual([{ type: "Terminate" }]);
  const before = transcriber.snapshot.transcript.text;
  await transcriber.resume();
  await until(({ transcript }) => transcript.text.length > before.length + 3);
  expect(transcriber.snapshot.transcript.text.startsWith(before)).toBe(true);
  await transcriber.stop();
  expect(statuses).toEqual([
    ...["idle", "starting", "listening", "finishing", "paused"],
    ...["starting", "listening", "finishing", "idle"],
  ]);
});

test("a stop ends a pause; a resume without a pause does nothing", async () => {
  await using kit = await startKit();
  await kit.transcriber.resume();
  expect(kit.transcriber.snapshot.status).toBe("idle");
  await kit.transcriber.start();
  await kit.transcriber.pause();
  await kit.transcriber.stop();
  expect(kit.transcriber.snapshot.status).toBe("idle");
  expect(kit.fake.opened).toHaveLength(1);
});

test("muted before start, not a sample of sound is sent, and unmute sends it", async () => {
  await using kit = await startKit({}, { record: true });
  const { transcriber, emulator, until } = kit;
  transcriber.mute();
  await transcriber.start();
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs ?? 0).toBeGreaterThan(1_000);
  expect(transcriber.snapshot).toMatchObject({ muted: true, status: "listening", transcript: { text: "" } });
  expect(emulator.sessions[0]?.recordedAudio()?.every((byte) => byte === 0)).toBe(true);
  transcriber.unmute();
  await until(({ transcript }) => transcript.text !== "");
  transcriber.mute();
  await transcriber.stop();
  await transcriber.start();
  expect(transcriber.snapshot.muted).toBe(true);
  expect(kit.fake.opened[1]?.muted).toBe(true);
});

test.each([true, false])(
  "muted: %s, chosen while the microphone is being opened, holds from its first sample on",
  async (muted) => {
    await using kit = await startKit({}, { record: true });
    const { transcriber, fake, emulator } = kit;
    if (!muted) transcriber.mute();
    const answer = fake.hold();
    const asked = vi.spyOn(fake, "openMicrophone");
    const started = transcriber.start();
    await expect.poll(() => asked.mock.calls.length).toBe(1);
    if (muted) transcriber.mute();
    else transcriber.unmute();
    answer();
    await started;
    await expect.poll(() => emulator.sessions[0]?.audio.receivedMs ?? 0).toBeGreaterThan(1_000);
    expect(fake.opened[0]?.muted).toBe(muted);
    expect(emulator.sessions[0]?.recordedAudio()?.every((byte) => byte === 0)).toBe(muted);
  },
);

test("a device is chosen before, during and after a run", async () => {
  await using kit = await startKit();
  const { transcriber, fake } = kit;
  await transcriber.setDevice("fake-2");
  expect(transcriber.snapshot).toMatchObject({ deviceId: "fake-2", device: undefined });
  await transcriber.start();
  expect(transcriber.snapshot.device).toEqual({ deviceId: "fake-2", label: "Fake microphone 2" });
  await transcriber.setDevice();
  expect(transcriber.snapshot).toMatchObject({ deviceId: undefined, device: { deviceId: "fake-1" } });
  await transcriber.stop();
  await transcriber.setDevice("fake-2");
  await transcriber.start();
  expect(fake.opened[1]?.device.deviceId).toBe("fake-2");
});

test("a device that is chosen while the microphone is being opened is the one that is heard", async () => {
  await using kit = await startKit();
  const answer = kit.fake.hold();
  const started = kit.transcriber.start();
  await kit.transcriber.setDevice("fake-2");
  answer();
  await started;
  await kit.until(({ device }) => device?.deviceId === "fake-2");
  expect(kit.fake.opened).toHaveLength(1);
});

test("a choice that fails is said, and the present device stays; the next choice that works takes the error away", async () => {
  await using kit = await startKit();
  const { transcriber } = kit;
  await transcriber.start();
  await transcriber.setDevice("fake-3");
  expect(transcriber.snapshot).toMatchObject({
    status: "listening",
    deviceId: undefined,
    device: { deviceId: "fake-1" },
    error: { code: "no-device", message: expect.stringContaining("fake-3") },
  });
  await transcriber.setDevice("fake-2");
  expect(transcriber.snapshot.error).toBeUndefined();
});

test("of two choices the later one wins, also if the earlier one fails after it", async () => {
  await using kit = await startKit();
  await kit.transcriber.start();
  await Promise.all([kit.transcriber.setDevice("fake-3"), kit.transcriber.setDevice("fake-2")]);
  expect(kit.transcriber.snapshot).toMatchObject({ deviceId: "fake-2", error: undefined });
});

test("of two choices at once of which the later one fails, the device from before stays, and is the one that is shown", async () => {
  await using kit = await startKit();
  const { transcriber, fake } = kit;
  await transcriber.start();
  const [microphone] = fake.opened;
  if (!microphone) throw new Error("No microphone is open.");
  const { setDevice } = microphone;
  // As a browser's microphone does it: a later choice ends an earlier one, which then resolves.
  microphone.setDevice = async (id) => (id === "fake-2" ? undefined : setDevice.call(microphone, id));
  await Promise.all([transcriber.setDevice("fake-2"), transcriber.setDevice("fake-3")]);
  expect(transcriber.snapshot).toMatchObject({
    deviceId: undefined,
    device: { deviceId: "fake-1" },
    error: { code: "no-device" },
  });
});

test("a chosen device that is lost and replaced by the default is no longer the choice", async () => {
  await using kit = await startKit();
  await kit.transcriber.setDevice("fake-2");
  await kit.transcriber.start();
  // As the microphone does it by itself.
  await kit.fake.opened[0]?.setDevice();
  expect(kit.transcriber.snapshot).toMatchObject({ deviceId: undefined, device: { deviceId: "fake-1" } });
});

test("a lost microphone: what was said before is transcribed, then it is failed, and can be started again", async () => {
  await using kit = await startKit();
  const { transcriber, fake, statuses, until } = kit;
  await transcriber.start();
  await until(({ transcript }) => /two/.test(transcript.text));
  fake.opened[0]?.lose();
  const { transcript, error } = await until(({ status }) => status === "failed");
  expect(error).toMatchObject({ code: "device-lost", message: expect.stringContaining("device-lost") });
  expect(transcript.turns.length).toBeGreaterThan(0);
  expect(transcript.partial).toBeUndefined();
  expect(statuses).toEqual(["idle", "starting", "listening", "finishing", "failed"]);
  await transcriber.start();
  expect(transcriber.snapshot).toMatchObject({ status: "listening", error: undefined });
});

test("a refused microphone is failed with its code, and nothing is connected", async () => {
  await using kit = await startKit();
  kit.fake.refuse("permission-denied");
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot).toMatchObject({ status: "failed", error: { code: "permission-denied" } });
  expect(kit.emulator.sessions).toEqual([]);
  await kit.transcriber.stop();
  expect(kit.transcriber.snapshot.status).toBe("failed");
});

test("a refused token is failed with its code, and the microphone is off", async () => {
  await using kit = await startKit({}, { apiKeys: ["a-key-of-nobody"] });
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot).toMatchObject({ status: "failed", error: { code: "unauthorized" } });
  expect(kit.fake.lights).toBe(0);
});

test("options that connect refuses fail the start, not the page that makes the transcriber", async () => {
  await using kit = await startKit({ frameDuration: 7 });
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot).toMatchObject({
    status: "failed",
    error: { code: "invalid-options", message: expect.stringContaining("frameDuration") },
  });
  expect(kit.fake.lights).toBe(0);
});

test("a dropped connection is shown, and what was said meanwhile is transcribed", async () => {
  await using kit = await startKit({}, { faults: [{ when: { audioMs: 2_000 }, do: "reset", session: 0 }] });
  await kit.transcriber.start();
  await kit.until(({ transcript }) => /four/.test(transcript.text));
  await kit.transcriber.stop();
  expect(kit.statuses).toEqual(["idle", "starting", "listening", "reconnecting", "listening", "finishing", "idle"]);
  expect(kit.transcriber.snapshot.transcript.text).toMatch(/^one two three four/);
});

test("a failure during the last words is said", async () => {
  await using kit = await startKit(
    { terminationTimeout: 50, reconnect: false },
    { faults: [{ when: "terminate", do: "no-termination" }] },
  );
  await kit.transcriber.start();
  await kit.transcriber.stop();
  expect(kit.transcriber.snapshot).toMatchObject({ status: "failed", error: { code: "termination-timeout" } });
});

test("an interruption by the system, and audio that was dropped, are in the snapshot", async () => {
  await using kit = await startKit();
  await kit.transcriber.start();
  kit.fake.opened[0]?.interrupt();
  expect(kit.transcriber.snapshot.interrupted).toBe(true);
  kit.fake.opened[0]?.resume();
  expect(kit.transcriber.snapshot.interrupted).toBe(false);
  kit.fake.opened[0]?.drop(120);
  expect(kit.transcriber.snapshot.droppedMs).toBe(120);
});

test("await using stops it", async () => {
  await using kit = await startKit();
  {
    await using transcriber = kit.transcriber;
    await transcriber.start();
  }
  expect(kit.transcriber.snapshot.status).toBe("idle");
  expect(kit.fake.lights).toBe(0);
});

test("clear begins an empty transcript, also while it listens", async () => {
  await using kit = await startKit();
  await kit.transcriber.start();
  await kit.until(({ transcript }) => /two/.test(transcript.text));
  await kit.transcriber.stop();
  kit.transcriber.clear();
  expect(kit.transcriber.snapshot.transcript.text).toBe("");
  await kit.transcriber.start();
  await kit.until(({ transcript }) => /one/.test(transcript.text));
});

test("a transcript is gone on with, as after a reload, and keep bounds it", async () => {
  await using first = await startKit();
  await first.transcriber.start();
  await first.until(({ transcript }) => /two/.test(transcript.text));
  await first.transcriber.stop();
  const from = first.transcriber.snapshot.transcript;
  await using kit = await startKit({ transcript: { from, keep: 1 } });
  await kit.transcriber.start();
  await kit.until(({ transcript }) => /one/.test(transcript.partial?.text ?? ""));
  expect(kit.transcriber.snapshot.transcript.text.startsWith(from.text)).toBe(true);
  await kit.transcriber.stop();
  expect(kit.transcriber.snapshot.transcript).toMatchObject({ turns: { length: 1 }, dropped: from.turns.length });
  expect(() => createTranscriber({ token: "example", transcript: { keep: 0 } })).toThrow(RangeError);
});

test("events and the session are available, and a listener that throws stops nothing", async () => {
  const events: string[] = [];
  const uncaught: unknown[] = [];
  const caught = (error: unknown) => void uncaught.push(error);
  const former = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", caught);
  try {
    await using kit = await startKit({
      onEvent(event) {
        events.push(event.type);
        if (event.type === "Begin") throw new Error("A listener's own.");
      },
    });
    await kit.transcriber.start();
    expect(kit.transcriber.session?.state).toBe("open");
    await kit.transcriber.stop();
    expect(kit.transcriber.session).toBeUndefined();
    expect(events).toEqual(expect.arrayContaining(["Begin", "Termination"]));
    expect(uncaught).toEqual([expect.objectContaining({ message: "A listener's own." })]);
  } finally {
    process.off("uncaughtException", caught);
    for (const listener of former) process.on("uncaughtException", listener);
  }
});

test("the snapshot is the same object until something changes, and its transcript until words do", async () => {
  await using kit = await startKit();
  const { transcriber } = kit;
  const before = transcriber.snapshot;
  let changes = 0;
  const leave = transcriber.subscribe(() => changes++);
  transcriber.unmute();
  await transcriber.stop();
  expect([transcriber.snapshot === before, changes]).toEqual([true, 0]);
  transcriber.mute();
  expect(changes).toBe(1);
  expect(transcriber.snapshot.transcript).toBe(before.transcript);
  expect(Object.isFrozen(transcriber.snapshot)).toBe(true);
  leave();
  transcriber.unmute();
  expect(changes).toBe(1);
});
