import { type Emulator, ManualClock } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { connect } from "./observed-session.ts";
import { turn, until } from "./settles.ts";

const minute = new Uint8Array(60_000 * 32);

/** Waits for so much audio, in ms, and makes sure that no more comes by itself: by the time the emulator has answered others. */
async function expectReceived(emulator: Emulator, ms: number): Promise<void> {
  const received = () => emulator.sessions[0]?.audio.receivedMs ?? 0;
  await until(`${ms} ms of audio`, () => received() >= ms);
  const url = new URL("/emulator/sessions", emulator.url.replace("ws", "http"));
  await (await fetch(url, { headers: { connection: "close" } })).arrayBuffer();
  await turn();
  expect(received()).toBe(ms);
}

test("audio leaves at once as far as the burst, then at 1.25 times real time", async () => {
  await using emulator = await startEmulator();
  const clock = new ManualClock(Date.now());
  const session = connect({ apiHost: emulator.url, pace: true }, { clock });
  void session.audio
    .getWriter()
    .write(minute)
    .catch(() => {});
  await expectReceived(emulator, 5000);
  for (const [advance, total] of [
    [1000, 6250],
    [1000, 7500],
  ] as const) {
    for (let i = 0; i < advance; i += 10) clock.advance(10);
    await expectReceived(emulator, total);
  }
  session.abort();
});

test("pace takes its own rate and burst", async () => {
  await using emulator = await startEmulator();
  const clock = new ManualClock(Date.now());
  const session = connect({ apiHost: emulator.url, pace: { rate: 2, burst: 500 } }, { clock });
  void session.audio
    .getWriter()
    .write(minute)
    .catch(() => {});
  await expectReceived(emulator, 500);
  for (let i = 0; i < 100; i++) clock.advance(10);
  await expectReceived(emulator, 2500);
  session.abort();
});

test("pace: false sends all there is, though no time passes", async () => {
  await using emulator = await startEmulator();
  const clock = new ManualClock(Date.now());
  const session = connect({ apiHost: emulator.url, pace: false }, { clock });
  const writer = session.audio.getWriter();
  void writer.write(new Uint8Array(64_000)).catch(() => {});
  await expectReceived(emulator, 2000);
  session.abort();
});

test("the pace that is the default keeps within what the service takes", async () => {
  await using emulator = await startEmulator({ pacing: "refuse" });
  const session = connect({ apiHost: emulator.url, pace: true });
  const writer = session.audio.getWriter();
  for (let i = 0; i < 13; i++) await writer.write(new Uint8Array(16_000));
  await writer.close();
  expect((await session.closed).audioDurationSeconds).toBeGreaterThanOrEqual(6);
});

test("without a pace the service that refuses haste ends the session with what to change", async () => {
  await using emulator = await startEmulator({ pacing: "refuse" });
  const session = connect({ apiHost: emulator.url, pace: false });
  void session.audio
    .getWriter()
    .write(minute)
    .catch(() => {});
  await expect(session.closed).rejects.toMatchObject({ code: "audio-rejected", closeCode: 3007 });
  await expect(session.closed).rejects.toThrow("pace");
});
