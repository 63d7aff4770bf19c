import type { Fault } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { blockMs, watermarkEngine, watermarked } from "@voxpipe/testing/watermark";
import { expect, test } from "vitest";
import { type ConnectOptions, connect, type StreamingEvent } from "voxpipe";

/** A session whose first connection breaks, and its whole story. */
async function broken(seconds: number, fault: Fault, options: Partial<ConnectOptions> = {}) {
  const engine = watermarkEngine();
  await using emulator = await startEmulator({ engine, faults: [fault] });
  const session = connect({
    apiHost: emulator.url,
    apiKey: "example",
    sampleRate: 16_000,
    pace: false,
    connectionRetryDelay: 1,
    ...options,
  });
  await session.opened;
  const configured = session.updateConfiguration({ minTurnSilence: 300, keytermsPrompt: [] });
  const again = session.updateConfiguration({ minTurnSilence: 350 });
  const writer = session.audio.getWriter();
  const audio = watermarked(Array<boolean>(seconds * 100).fill(true));
  for (let at = 0; at < audio.length; at += 3200) {
    await writer.ready;
    writer.write(audio.subarray(at, at + 3200)).catch(() => {});
  }
  const closing = writer.close().catch(() => {});
  const events: StreamingEvent[] = [];
  let failure: unknown;
  try {
    for await (const event of session.events) events.push(event);
  } catch (error) {
    failure = error;
  }
  await Promise.all([closing, configured, again]);
  const said = emulator.sessions.map(({ received }) => received);
  return { events, failure, heard: engine.heard, stats: session.stats(), said };
}

const reconnected = (events: readonly StreamingEvent[]) => events.find((event) => event.type === "Reconnected");

test("what did not fit in the replay buffer is reported exactly", async () => {
  const fault: Fault = { when: { audioMs: 5000 }, do: "reset", session: 0 };
  const { events, heard, stats } = await broken(6, fault, { reconnect: { replayBuffer: 2000 } });
  const event = reconnected(events);
  const firstReplayed = heard[1]?.[0]?.number ?? 0;
  expect(event?.lost_ms).toBe(firstReplayed * blockMs);
  expect(event?.lost_ms).toBeGreaterThanOrEqual(3000);
  expect(event?.replayed_ms).toBe(2000);
  expect(stats.audioLostMs).toBe(event?.lost_ms);
  const finals = events.filter((turn) => turn.type === "Turn").filter((turn) => turn.end_of_turn);
  expect(finals.map((turn) => turn.turn_order)).toEqual([0]);
  expect(finals[0]?.words[0]).toMatchObject({ text: `b${firstReplayed}`, start: firstReplayed * blockMs });
});

test("a new connection gets the configuration as it stood, before any audio", async () => {
  const { said } = await broken(2, { when: { audioMs: 1000 }, do: "drop", session: 0 });
  expect(said[1]).toEqual([
    { type: "UpdateConfiguration", min_turn_silence: 350, keyterms_prompt: [] },
    { type: "Terminate" },
  ]);
});

test("with reconnect: false a drop fails the session, after everything that came before it", async () => {
  const fault: Fault = { when: { audioMs: 1000 }, do: "drop", session: 0 };
  const { events, failure } = await broken(2, fault, { reconnect: false });
  expect(events.at(-1)?.type).toBe("Turn");
  expect(failure).toMatchObject({ code: "connection-lost", closeCode: 1006, retryable: true });
});

test.each([
  [{ error: 3006, text: "User Input Validation Error: Invalid 'x': y" }, "invalid-message", 3006],
  [{ error: 3007, text: "Input Duration Error" }, "audio-rejected", 3007],
  [{ error: 1008, text: "Unauthorized Connection: Signature has expired" }, "unauthorized", 1008],
  [{ close: 1009 }, "audio-rejected", 1009],
] as const)("%j is not retried", async (fault, code, closeCode) => {
  const { events, failure } = await broken(2, { when: { audioMs: 500 }, do: fault, session: 0 });
  expect(reconnected(events)).toBeUndefined();
  expect(failure).toMatchObject({ code, closeCode, retryable: false });
});
