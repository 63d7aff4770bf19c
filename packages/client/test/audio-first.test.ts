import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { seededRandom } from "@voxpipe/testing/random";
import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "voxpipe";
import { connect } from "./observed-session.ts";
import { until } from "./settles.ts";

/** Bytes that are found again wherever they are cut. */
function noise(length: number): Uint8Array {
  const random = seededRandom(length);
  return Uint8Array.from({ length }, () => random.between(0, 255));
}

const formats = [
  { encoding: "pcm_s16le", sampleRate: 8000, bytesPerMs: 16, silence: 0 },
  { encoding: "pcm_s16le", sampleRate: 16_000, bytesPerMs: 32, silence: 0 },
  { encoding: "pcm_s16le", sampleRate: 44_100, bytesPerMs: 88.2, silence: 0 },
  { encoding: "pcm_s16le", sampleRate: 48_000, bytesPerMs: 96, silence: 0 },
  { encoding: "pcm_mulaw", sampleRate: 8000, bytesPerMs: 8, silence: 0xff },
] as const;

describe.each(formats)("$encoding at $sampleRate Hz arrives byte for byte, in messages of 50–1000 ms", (format) => {
  const { encoding, sampleRate, bytesPerMs, silence } = format;
  test.each([50, 51, 120, 333, 1000])("of %i ms", async (frameDuration) => {
    await using emulator = await startEmulator({ record: true });
    const options: Partial<ConnectOptions> = { apiHost: emulator.url, encoding, sampleRate, frameDuration };
    const session = connect(options);
    const writer = session.audio.getWriter();
    const random = seededRandom(sampleRate + frameDuration);
    const audio = noise(Math.round(bytesPerMs * 2780) + 1);
    for (let at = 0; at < audio.length; ) {
      const end = at + random.between(1, 9001);
      await writer.ready;
      void writer.write(audio.subarray(at, end));
      at = end;
    }
    await writer.close();
    const [heard] = emulator.sessions;
    const recorded = heard?.recordedAudio() ?? new Uint8Array();
    expect(Buffer.compare(recorded.subarray(0, audio.length), audio)).toBe(0);
    // What the last message was filled up with is silence, and less than a message.
    const padding = recorded.subarray(audio.length);
    expect(padding.length).toBeLessThan(bytesPerMs * frameDuration + 2);
    expect([...padding].every((byte) => byte === silence)).toBe(true);
    const durations = heard?.messages.flatMap((message) => (message.kind === "audio" ? [message.durationMs ?? 0] : []));
    expect(Math.min(...(durations ?? []))).toBeGreaterThanOrEqual(50);
    expect(Math.max(...(durations ?? []))).toBeLessThanOrEqual(1000);
    expect((await session.closed).reconnects).toBe(0);
  });
});

test("what is written from the first moment is kept and all of it arrives, however late the connection", async () => {
  await using emulator = await startEmulator({
    record: true,
    faults: [
      { when: "connect", do: "reset", session: 0 },
      { when: "connect", do: { delay: 100 }, session: 1 },
      { when: "open", do: { delay: 100 }, session: 1 },
    ],
  });
  const session = connect({ apiHost: emulator.url });
  const audio = noise(48_000);
  const writer = session.audio.getWriter();
  // At once, before anything can have connected, with no regard for backpressure.
  for (let at = 0; at < audio.length; at += 1000) void writer.write(audio.subarray(at, at + 1000));
  expect(session.state).toBe("connecting");
  await writer.close();
  expect(Buffer.compare(emulator.sessions[1]?.recordedAudio() ?? new Uint8Array(), audio)).toBe(0);
});

test("a write may be any BufferSource, and its memory may be used again once it was taken", async () => {
  await using emulator = await startEmulator({ record: true });
  const session = connect({ apiHost: emulator.url });
  const writer = session.audio.getWriter();
  const audio = noise(1600);
  const wide = new ArrayBuffer(4800);
  new Uint8Array(wide).set(audio, 1600);
  const views = [
    audio.slice(),
    audio.slice().buffer,
    new DataView(wide, 1600, 1600),
    new Int16Array(wide, 1600, 800),
    Buffer.from(audio),
    new Uint8ClampedArray(wide, 1600, 1600),
  ];
  for (const view of views) await writer.write(view);
  const reused = audio.slice();
  await writer.write(reused);
  reused.fill(0);
  await writer.close();
  const all = Buffer.concat(Array(views.length + 1).fill(audio));
  expect(Buffer.compare(emulator.sessions[0]?.recordedAudio() ?? new Uint8Array(), all)).toBe(0);
});

test("forceEndpoint sends the part-frame written before it first", async () => {
  await using emulator = await startEmulator({ record: true });
  const session = connect({ apiHost: emulator.url });
  const writer = session.audio.getWriter();
  void writer.write(noise(3000));
  await session.forceEndpoint();
  await until("the endpoint", () => (emulator.sessions[0]?.messages.length ?? 0) >= 4);
  const inbound = emulator.sessions[0]?.messages.filter((message) => message.direction === "in");
  expect(inbound?.map((message) => (message.kind === "audio" ? message.bytes : message.json))).toEqual([
    1600,
    1600,
    { type: "ForceEndpoint" },
  ]);
  await session.close();
});
