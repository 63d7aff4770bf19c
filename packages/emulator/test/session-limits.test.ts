import { expect, test } from "vitest";
import { ManualClock } from "../src/clock.ts";
import { startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { type Json, RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("inactivity ends the session; any message puts it off", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock });
  await using client = await RawClient.connect(emulator.url, { ...rate, inactivity_timeout: 5 });
  await client.until("Begin");
  clock.advance(4_000);
  client.say({ type: "KeepAlive" });
  await expect.poll(() => emulator.sessions[0]?.received.length).toBe(1);
  clock.advance(4_999);
  expect(emulator.sessions[0]?.state).toBe("open");
  clock.advance(1);
  expect(await client.until("Error")).toMatchObject({
    error_code: 3_006,
    error: "Session terminated due to inactivity: No messages received for 5 seconds",
  });
});

test("inactivity does not count while the server does not read", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, faults: [{ when: "begin", do: { delay: 6_000 } }] });
  await using client = await RawClient.connect(emulator.url, { ...rate, inactivity_timeout: 5 });
  await client.until("Begin");
  const [session = expect.fail()] = emulator.sessions;
  client.say({ type: "KeepAlive" });
  clock.advance(6_000);
  await expect.poll(() => session.received.length).toBe(1);
  expect(session.state).toBe("open");
  clock.advance(4_999);
  client.ws.ping();
  await new Promise((resolve) => client.ws.once("pong", resolve));
  expect(client.messages.some(({ type }) => type === "Error")).toBe(false);
  clock.advance(1);
  expect(await client.until("Error")).toMatchObject({ error_code: 3_006 });
});

test("a session lasts as long as its token allows, and ends in either form", async () => {
  for (const expiry of ["termination", "error"] as const) {
    const clock = new ManualClock(1_790_000_000_000);
    await using emulator = await startEmulator({ clock, expiry });
    const token = await mint(emulator.url, { expires_in_seconds: 60, max_session_duration_seconds: 600 });
    await using client = await RawClient.connect(emulator.url, { ...rate, token }, {});
    expect((await client.until("Begin")).expires_at).toBe(1_790_000_600);
    client.audio(tone(1_000));
    await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(1_000);
    clock.advance(600_000);
    const { code } = await client.closed;
    if (expiry === "termination") {
      expect(code).toBe(1_000);
      expect(client.finals).toEqual(["one"]);
      expect(client.messages.at(-1)).toMatchObject({ type: "Termination", session_duration_seconds: 600 });
    } else {
      expect(code).toBe(3_008);
      expect(client.messages.at(-1)?.error).toBe("Session Expired: Maximum session duration exceeded");
    }
  }
});

test("too many sessions are refused, by either code, until one ends", async () => {
  for (const code of [1_008, 3_009] as const) {
    await using emulator = await startEmulator({ sessionLimit: { most: 1, code } });
    await using first = await RawClient.connect(emulator.url, rate);
    await first.until("Begin");
    await using second = await RawClient.connect(emulator.url, rate);
    expect((await second.closed).code).toBe(code);
    await first.finish();
    await using third = await RawClient.connect(emulator.url, rate);
    await third.until("Begin");
  }
});

async function mint(url: string, query: Record<string, number>): Promise<string> {
  const target = new URL("/v3/token", url.replace(/^ws/, "http"));
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value));
  const response = await fetch(target, { headers: { authorization: "test-key" } });
  const body: unknown = await response.json();
  return String((body as Json).token);
}
