import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { ManualClock } from "../src/clock.ts";
import { scripted } from "../src/engines/scripted.ts";
import type { Moment } from "../src/faults/fault.ts";
import { startEmulator } from "../src/server.ts";
import { silence, tone } from "./support/audio.ts";
import { meet, rate } from "./support/meet.ts";
import { type Json, RawClient } from "./support/raw-client.ts";
import { roundTrip, still } from "./support/round-trip.ts";

test.each([401, 403, 429, 503])("refuses the handshake with HTTP %i", async (status) => {
  await using emulator = await startEmulator({
    faults: [{ when: "connect", do: { refuse: status, body: "no", headers: { "retry-after": "7" } } }],
  });
  const client = new RawClient(emulator.url, rate);
  const response = await new Promise<IncomingMessage>((resolve) =>
    client.ws.on("unexpected-response", (_request, incoming) => resolve(incoming)),
  );
  expect(response).toMatchObject({ statusCode: status, headers: { "retry-after": "7", "content-length": "2" } });
  client.ws.terminate();
  expect(await emulator.sessions[0]?.ended).toEqual({ code: 0, reason: "" });
});

test("refuses a number of times, then serves", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "connect", do: { refuse: 503 }, times: 2 }] });
  for (let attempt = 0; attempt < 2; attempt++)
    expect((await new RawClient(emulator.url, rate).closed).code).toBe(1_006);
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  expect(emulator.sessions.map(({ state }) => state)).toEqual(["ended", "ended", "open"]);
});

test("hangs before Begin, but answers pings and a close frame", () =>
  meet([{ when: "open", do: "hang" }], async (client, emulator) => {
    await client.opened();
    const pong = new Promise((resolve) => client.ws.on("pong", resolve));
    client.ws.ping();
    await pong;
    expect(client.messages).toEqual([]);
    client.ws.close(1_000);
    expect((await emulator.sessions[0]?.ended)?.code).toBe(1_000);
  }));

test("hangs in mid-session: pings are answered until Terminate, and nothing is from then on", () =>
  meet([{ when: "begin", do: "hang" }], async (client, emulator) => {
    await client.until("Begin");
    client.audio(tone(1_000));
    let pongs = 0;
    client.ws.on("pong", () => pongs++);
    client.ws.ping();
    await expect.poll(() => pongs).toBe(1);
    client.say({ type: "Terminate" });
    await expect.poll(() => emulator.sessions[0]?.received.length).toBe(1);
    client.ws.ping();
    await roundTrip(emulator);
    expect(pongs).toBe(1);
    expect(client.messages.map(({ type }) => type)).toEqual(["Begin"]);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
  }));

test("delays 101 and Begin by the clock", async () => {
  const clock = new ManualClock(0);
  await using emulator = await startEmulator({
    clock,
    faults: [
      { when: "connect", do: { delay: 3_000 } },
      { when: "open", do: { delay: 12_000 } },
    ],
  });
  await using client = new RawClient(emulator.url, rate);
  await expect.poll(() => emulator.sessions.length).toBe(1);
  expect(client.ws.readyState).toBe(client.ws.CONNECTING);
  clock.advance(3_000);
  await client.opened();
  client.audio(tone(1_000));
  clock.advance(11_999);
  expect(client.messages).toEqual([]);
  clock.advance(1);
  await client.until("Begin");
  await client.finish();
  expect(client.finals).toEqual(["one"]);
});

test("stalls: reads nothing more, and still sends", () =>
  meet([{ when: "begin", do: "stall" }], async (client, emulator) => {
    await client.until("Begin");
    const megabytes = 40;
    for (let sent = 0; sent < megabytes * 16; sent++) client.ws.send(new Uint8Array(65_536));
    await still(emulator, () => client.ws.bufferedAmount);
    expect(client.ws.bufferedAmount).toBeGreaterThan(1_000_000);
    expect(emulator.sessions[0]?.audio.bytes).toBe(0);
  }));

test("half-open: takes what comes and answers nothing, not even a ping", () =>
  meet([{ when: { audioMs: 100 }, do: "half-open" }], async (client, emulator) => {
    await client.until("Begin");
    let pongs = 0;
    client.ws.on("pong", () => pongs++);
    client.ws.send(tone(100));
    client.ws.send(tone(100));
    client.ws.ping();
    client.say({ type: "Terminate" });
    await expect.poll(() => client.ws.bufferedAmount).toBe(0);
    await roundTrip(emulator);
    expect(pongs).toBe(0);
    expect(client.messages.some(({ type }) => type === "Termination")).toBe(false);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
  }));

test.each([
  [{ error: 3_005 }, { type: "Error", error_code: 3_005, error: "Error 3005" }, 3_005],
  [{ error: 3_006, text: "Bad", typed: false }, { error_code: 3_006, error: "Bad" }, 3_006],
  [{ error: 3_009, close: 1_008 }, { type: "Error", error_code: 3_009, error: "Error 3009" }, 1_008],
])("Error %j before Begin", (action, message, code) =>
  meet([{ when: "open", do: action }], async (client) => {
    expect(await client.closed).toEqual({ code, reason: "See Error message for details" });
    expect(client.messages).toEqual([message]);
  }),
);

test("an Error without a close leaves the session open", () =>
  meet([{ when: "begin", do: { error: 3_005, close: false } }], async (client) => {
    await client.until("Error");
    client.audio(tone(1_000));
    await client.finish();
    expect(client.finals).toEqual(["one"]);
  }));

test("sends what no client expects, and continues", () =>
  meet(
    [
      { when: "begin", do: "invalid-json" },
      { when: "begin", do: "unknown-message" },
      { when: "begin", do: "schema-violation" },
      { when: "begin", do: { send: { type: "Warning", warning_code: 1, warning: "soon" } } },
      { when: "begin", do: "unknown-fields" },
      { when: { messages: 5 }, do: "duplicate-final" },
    ],
    async (client) => {
      await client.until("Warning");
      client.audio(tone(1_000));
      await client.finish();
      expect(client.messages[1]).toHaveProperty("unreadable");
      expect(client.messages.slice(2, 5).map(({ type }) => type)).toEqual(["FromTheFuture", "Turn", "Warning"]);
      expect(client.finals).toEqual(["one", "one"]);
      expect(client.turns.at(-1)).toHaveProperty("x_detail");
    },
  ));

test("Silence that overlaps an earlier one, and the Warning of a session's end, in mid-stream", async () => {
  const overlapping = { type: "Silence", start_ms: 500, end_ms: 1_500 };
  const ending = { type: "Warning", warning_code: 1_234, warning: "session ending soon" };
  await using emulator = await startEmulator({
    engine: scripted([]),
    faults: [
      { when: { audioMs: 1_500 }, do: { send: overlapping } },
      { when: { audioMs: 2_000 }, do: { send: ending } },
    ],
  });
  const query = { ...rate, speech_model: "u3-rt-pro", acknowledge_silence: true };
  await using client = await RawClient.connect(emulator.url, query);
  client.audio(silence(3_000));
  await client.finish();
  const told = client.messages.slice(1, -1).map(({ type, start_ms, end_ms }) => [type, start_ms, end_ms]);
  expect(told).toEqual([
    ["Silence", 0, 1_000],
    ["Silence", 500, 1_500],
    ["Silence", 1_000, 2_000],
    ["Warning", undefined, undefined],
    ["Silence", 2_000, 3_000],
  ]);
});

test("no Termination after Terminate: the final comes, and then nothing", () =>
  meet([{ when: "open", do: "no-termination" }], async (client, emulator) => {
    await client.until("Begin");
    client.audio(tone(1_000));
    client.say({ type: "Terminate" });
    await client.until((message) => message.end_of_turn === true);
    await roundTrip(emulator);
    expect(client.messages.at(-1)).toMatchObject({ type: "Turn" });
    expect(client.ws.readyState).toBe(client.ws.OPEN);
  }));

test("expires in both forms", async () => {
  await meet([{ when: { audioMs: 500 }, do: "expire" }], async (client) => {
    await client.until("Begin");
    client.audio(tone(500));
    expect((await client.closed).code).toBe(1_000);
    expect(client.messages.at(-1)).toMatchObject({ type: "Termination" });
  });
  const text = "Session Expired: Maximum session duration exceeded";
  await meet([{ when: { audioMs: 500 }, do: { error: 3_008, text } }], async (client) => {
    await client.until("Begin");
    client.audio(tone(500));
    expect((await client.closed).code).toBe(3_008);
    expect(client.messages.at(-1)).toEqual({ type: "Error", error_code: 3_008, error: text });
  });
});

test("drips every message in fragments, and loses nothing", () =>
  meet([{ when: "open", do: { drip: 40, everyMs: 1 } }], async (client) => {
    await client.until("Begin");
    client.audio(tone(1_000));
    await client.finish();
    expect(client.finals).toEqual(["one"]);
  }));

test("a delay in mid-message holds its other fragments back, and breaks nothing", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, faults: [{ when: "open", do: { drip: 40, everyMs: 10 } }] });
  await using client = await RawClient.connect(emulator.url, rate);
  await expect.poll(() => emulator.sessions.length).toBe(1);
  emulator.misbehave(0, { delay: 1_000 });
  emulator.misbehave(0, { delay: 2_000 });
  emulator.misbehave(0, { send: { type: "Warning", warning_code: 1, warning: "soon" } });
  clock.advance(1_999);
  await roundTrip(emulator);
  expect(client.messages).toEqual([]);
  clock.advance(1);
  for (let step = 0; step < 40; step++) clock.advance(10);
  await client.until("Warning");
  expect(client.messages.map(({ type }) => type)).toEqual(["Begin", "Warning"]);
});

test("drops once a final, or the second partial, has been sent", async () => {
  await meet([{ when: "final", do: "drop" }], async (client) => {
    await client.until("Begin");
    client.audio(tone(1_000));
    client.audio(silence(2_000));
    expect((await client.closed).code).toBe(1_006);
    expect(client.finals).toEqual(["one"]);
  });
  await meet([{ when: { partials: 2 }, do: "drop" }], async (client, emulator) => {
    await client.until("Begin");
    client.audio(tone(5_000), 1_600);
    await client.closed;
    const sent = emulator.sessions[0]?.sent.filter((message) => (message as Json).type === "Turn");
    expect(sent?.length).toBeGreaterThanOrEqual(2);
  });
});

test("drops at a time, and at Terminate", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, faults: [{ when: { afterMs: 5_000 }, do: "drop" }] });
  await using client = new RawClient(emulator.url, rate);
  await client.until("Begin");
  clock.advance(4_999);
  expect(emulator.sessions[0]?.state).toBe("open");
  clock.advance(1);
  expect((await client.closed).code).toBe(1_006);
  await meet([{ when: "terminate", do: "drop" }], async (other) => {
    await other.until("Begin");
    other.say({ type: "Terminate" });
    expect((await other.closed).code).toBe(1_006);
    expect(other.messages.map(({ type }) => type)).toEqual(["Begin"]);
  });
});

test("refuse-used-token: a token opens one session, the next is refused", async () => {
  await using emulator = await startEmulator({
    tokens: ["fixed"],
    faults: [{ when: "open", do: "refuse-used-token" }],
  });
  const response = await fetch(`${emulator.url.replace("ws", "http")}/v3/token?expires_in_seconds=60`, {
    headers: { authorization: "k" },
  });
  const { token: minted } = (await response.json()) as { token: string };
  for (const token of ["fixed", minted]) {
    await using first = await RawClient.connect(emulator.url, { ...rate, token }, {});
    await first.until("Begin");
    await using second = await RawClient.connect(emulator.url, { ...rate, token }, {});
    expect(await second.until("Error")).toMatchObject({
      error_code: 1_008,
      error: "Unauthorized Connection: Token has already been used",
    });
    expect((await second.closed).code).toBe(1_008);
  }
});

test("what happens can be followed, and recorded audio compared byte for byte", async () => {
  await using emulator = await startEmulator({ record: true, faults: [{ when: "begin", do: "unknown-fields" }] });
  const seen: string[] = [];
  const following = (async () => {
    for await (const event of emulator.events()) {
      seen.push(event.type);
      if (event.type === "ended") break;
    }
  })();
  await using client = await RawClient.connect(emulator.url, rate);
  const bytes = randomBytes(64_000);
  client.audio(bytes, 3_201);
  await client.finish();
  await following;
  expect(seen.slice(0, 2)).toEqual(["connected", "begun"]);
  expect(seen).toContain("fault");
  expect(seen.at(-1)).toBe("ended");
  const recorded = emulator.sessions[0]?.recordedAudio() ?? new Uint8Array();
  expect(sha(recorded)).toBe(sha(bytes));
});

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test.each<[string, Moment]>([
  ["before `Begin`", "open"],
  ["with `Begin`", "begin"],
  ["by a timer", { afterMs: 20 }],
])("a fault that throws %s ends its session with 3005, and nothing else", async (_name, when) => {
  const reported: unknown[] = [];
  let armed = false;
  const send = {
    toJSON() {
      if (armed) throw new Error("no JSON");
      return {};
    },
  };
  await using emulator = await startEmulator({
    faults: [{ when, do: { send }, session: 0 }],
    onEngineError: (error) => reported.push(error),
  });
  armed = true;
  await using client = await RawClient.connect(emulator.url, rate);
  expect((await client.closed).code).toBe(3_005);
  expect(reported).toEqual([new Error("no JSON")]);
  await using next = await RawClient.connect(emulator.url, rate);
  await next.until("Begin");
});
