import type { ScriptedWord } from "@voxpipe/emulator";
import { expect, test } from "vitest";
import { collect, emulate, finals, toneOf, writeAll } from "./call.ts";

const dialogue: readonly ScriptedWord[] = [
  { text: "Hello.", start: 200, end: 700, channel: "agent" },
  { text: "Good", start: 1_500, end: 1_800, channel: "caller" },
  { text: "morning.", start: 1_850, end: 2_400, channel: "caller" },
  { text: "How", start: 2_300, end: 2_500, channel: "agent" },
  { text: "are", start: 2_550, end: 2_700, channel: "agent" },
  { text: "you?", start: 2_750, end: 3_000, channel: "agent" },
  { text: "Fine.", start: 4_000, end: 4_400, channel: "caller" },
];
const ms = 6_000;
const channels = ["agent", "caller"] as const;

const said = (turns: ReturnType<typeof finals>) => turns.map((turn) => `${turn.channel}: ${turn.transcript}`);

test("a session for each channel: turns of both, by name, in one order, with times of one clock", async () => {
  await using setup = await emulate(dialogue);
  const call = setup.call(channels);
  for (const name of channels) void writeAll(call.audio[name], toneOf(dialogue, name, ms));
  const events = await collect(call.events);
  const turns = finals(events);
  expect(said(turns).sort()).toEqual([
    "agent: Hello.",
    "agent: How are you?",
    "caller: Fine.",
    "caller: Good morning.",
  ]);
  expect(turns.map((turn) => turn.turn_order).sort()).toEqual([0, 1, 2, 3]);
  const words = turns.flatMap((turn) =>
    turn.words.map(({ text, start, end, channel }) => ({ text, start, end, channel })),
  );
  expect(words.sort((a, b) => Number(a.start) - Number(b.start))).toEqual(dialogue);
  expect(
    events
      .filter(({ type }) => type === "Begin")
      .map((event) => event.channel)
      .sort(),
  ).toEqual(["agent", "caller"]);
  const summary = await call.closed;
  expect(Object.keys(summary.channels)).toEqual(["agent", "caller"]);
  expect(call.state).toBe("closed");
  expect(setup.emulator.sessions).toHaveLength(2);
  const heard = setup.emulator.sessions.map((session) => session.recordedAudio());
  for (const name of channels) expect(heard).toContainEqual(toneOf(dialogue, name, ms));
});

test("events that wait for a slow reader come in the order of their times, channels mixed", async () => {
  await using setup = await emulate(dialogue);
  const call = setup.call(channels);
  await Promise.all(channels.map((name) => writeAll(call.audio[name], toneOf(dialogue, name, ms))));
  const turns = finals(await collect(call.events));
  expect(said(turns)).toEqual(["agent: Hello.", "caller: Good morning.", "agent: How are you?", "caller: Fine."]);
  expect(turns.map((turn) => turn.turn_order)).toEqual([0, 1, 2, 3]);
});

test("the failure of one channel ends only it, and says which", async () => {
  const faults = [{ when: { audioMs: 1_000 }, do: { error: 3_006, text: "Not like this" }, session: 0 }] as const;
  await using setup = await emulate(dialogue, { faults });
  const call = setup.call(channels);
  const writes = Promise.allSettled(channels.map((name) => writeAll(call.audio[name], toneOf(dialogue, name, ms))));
  const events = await collect(call.events);
  const [failed] = events.flatMap((event) => (event.type === "ChannelFailed" ? [event] : []));
  expect(failed?.error.code).toBe("invalid-message");
  const [gone, left] = failed?.channel === "agent" ? channels : [channels[1], channels[0]];
  const whole = { agent: "agent: Hello. How are you?", caller: "caller: Good morning. Fine." };
  const mine = finals(events).filter((turn) => turn.channel === left);
  expect(`${left}: ${mine.map((turn) => turn.transcript).join(" ")}`).toBe(whole[left]);
  const results = (await call.closed).channels;
  expect(results[gone]).toMatchObject({ error: { code: "invalid-message" } });
  expect(results[left]).toMatchObject({ summary: { reconnects: 0 } });
  const settled = await writes;
  expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("when every channel has failed, events and closed fail too, after what came before", async () => {
  await using setup = await emulate(dialogue, { faults: [{ when: "begin", do: { error: 1_008 } }] });
  const call = setup.call(channels);
  const reader = call.events.getReader();
  const types: string[] = [];
  const failure = await (async () => {
    for (;;) types.push((await reader.read()).value?.type ?? "end");
  })().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: expect.any(String) });
  expect(types.filter((type) => type === "ChannelFailed")).toHaveLength(2);
  await expect(call.closed).rejects.toBe(failure);
  await expect(call.audio.agent.getWriter().write(new Uint8Array(2))).rejects.toMatchObject({ name: "StreamingError" });
});

test("close ends all channels with what was written, while audio is piped", async () => {
  await using setup = await emulate(dialogue);
  const call = setup.call(channels);
  let whenWritten = () => {};
  const written = new Promise<void>((resolve) => {
    whenWritten = resolve;
  });
  let left = channels.length;
  for (const name of channels) {
    const audio = toneOf(dialogue, name, ms);
    let at = 0;
    const source = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(audio.subarray(at, at + 3_200));
        at += 3_200;
        if (at < audio.length) return;
        left--;
        if (left === 0) whenWritten();
        await new Promise(() => {});
      },
    });
    source.pipeTo(call.audio[name]).catch(() => {});
  }
  await written;
  const events = collect(call.events);
  const summary = await call.close();
  expect(
    finals(await events)
      .map((turn) => turn.transcript)
      .sort(),
  ).toEqual(["Fine.", "Good morning.", "Hello.", "How are you?"]);
  expect(summary.channels.agent).toHaveProperty("summary");
  await expect(call.forceEndpoint()).rejects.toMatchObject({
    code: "session-ended",
  });
});

test("a break in `for await` ends all sessions, so that nothing more is billed", async () => {
  await using setup = await emulate(dialogue);
  const call = setup.call(channels);
  let begun = 0;
  for await (const event of call.events) {
    if (event.type === "Begin") begun++;
    if (begun === 2) break;
  }
  await call.closed;
  expect(call.state).toBe("closed");
  expect(setup.emulator.sessions.map((session) => session.received.at(-1))).toEqual(
    channels.map(() => ({ type: "Terminate" })),
  );
});

test("a channel that stops delivering is filled with silence after maxSkew, and goes on at the others' time", async () => {
  await using setup = await emulate(dialogue);
  const call = setup.call(channels, { maxSkew: 100 });
  const events = collect(call.events);
  const agent = toneOf(dialogue, "agent", ms);
  const caller = toneOf(dialogue, "caller", ms);
  const late = call.audio.caller.getWriter();
  const early = call.audio.agent.getWriter();
  // Both at once, or the agent might have stalled on a busy machine.
  await Promise.all([late.write(caller.subarray(0, 32_000)), early.write(agent.subarray(0, 32_000))]);
  early.releaseLock();
  await writeAll(call.audio.agent, agent.subarray(32_000, 128_000));
  await late.write(caller.subarray(96_000, 128_000));
  await late.close();
  const all = await events;
  const stalled = all.flatMap((event) => (event.type === "ChannelStalled" ? [event] : []));
  const resumed = all.flatMap((event) => (event.type === "ChannelResumed" ? [event] : []));
  expect(stalled).toEqual([{ type: "ChannelStalled", channel: "caller", start_ms: 1_000 }]);
  expect(resumed).toMatchObject([{ channel: "caller", start_ms: 1_000 }]);
  const end = Number(resumed[0]?.end_ms);
  expect(end).toBeGreaterThan(3_000);
  expect(call.stats().caller).toMatchObject({ filledMs: end - 1_000, positionMs: end + 1_000 });
  expect(call.stats().agent.filledMs).toBe(0);
  const [heard] = setup.emulator.sessions
    .map((session) => session.recordedAudio())
    .filter((audio) => audio.length === (end + 1_000) * 32);
  expect(heard?.subarray(32_000, end * 32).every((byte) => byte === 0)).toBe(true);
  expect(heard?.subarray(end * 32)).toEqual(caller.subarray(96_000, 128_000));
});

test("with maxSkew Infinity a recording waits for the other channel, and nothing is filled", async () => {
  await using setup = await emulate(dialogue);
  const call = setup.call(channels, { maxSkew: Number.POSITIVE_INFINITY });
  const events = collect(call.events);
  const ahead = writeAll(call.audio.agent, toneOf(dialogue, "agent", ms));
  await expect.poll(() => call.stats().agent.positionMs).toBeGreaterThanOrEqual(1_000);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(call.stats().agent.positionMs).toBeLessThanOrEqual(1_100);
  await Promise.all([ahead, writeAll(call.audio.caller, toneOf(dialogue, "caller", ms))]);
  expect((await events).filter(({ type }) => type === "ChannelStalled")).toEqual([]);
  expect(call.stats().caller.filledMs).toBe(0);
});

test.each([
  ["no channels", { channels: [] }, "channels"],
  ["a name twice", { channels: ["a", "a"] }, "channels"],
  ["a mode that there is not", { mode: "both" }, "mode"],
  ["a negative skew", { maxSkew: -1 }, "maxSkew"],
  ["compressed audio", { encoding: "ogg_opus" }, "encoding"],
])("%s: refused before anything is sent", async (_name, wrong, option) => {
  await using setup = await emulate(dialogue);
  const options = { ...wrong } as object;
  expect(() => setup.call(["a"], options)).toThrow(
    expect.objectContaining({ code: "invalid-options", message: expect.stringContaining(option) }),
  );
  expect(setup.emulator.sessions).toHaveLength(0);
});
