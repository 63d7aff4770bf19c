import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { type ScriptedSocket, scriptedPlatform } from "../../test/scripted-platform.ts";
import { wireSamples } from "../../test/wire-samples.ts";
import { connect } from "../connect.ts";
import type { SessionTrace } from "../connection/socket.ts";
import type { StreamingEvent } from "../protocol/messages.ts";

const first = "tok-1/+=xyzzy";
const second = "tok-2/+=xyzzy";

/** A session whose first connection had `first`, and whose present one has `second`. */
async function reconnected() {
  const clock = new FakeClock();
  const traces: SessionTrace[] = [];
  const { platform, sockets } = scriptedPlatform(clock);
  const tokens = [first, second];
  const session = connect(
    { apiHost: "ws://localhost", sampleRate: 8000, token: () => tokens.shift() ?? "", onWarning: () => {} },
    { ...platform, trace: (message) => traces.push(message) },
  );
  await opened(sockets, 1);
  sockets[0]?.begin();
  sockets[0]?.closes({ code: 1006, reason: `bad token ${first}` });
  for (let i = 0; i < 5; i++) {
    clock.advance(1000);
    await turnOfTheLoop();
  }
  await opened(sockets, 2);
  return { session, traces, socket: sockets[1] };
}

async function opened(sockets: readonly ScriptedSocket[], count: number): Promise<void> {
  while (sockets.length < count) await turnOfTheLoop();
}

const shown = (...values: unknown[]) =>
  values.map((value) => inspect(value, { depth: 99, showHidden: true }) + JSON.stringify(value)).join("\n");

describe("a token", () => {
  test("of any connection is not shown by an abort after a reconnection", async () => {
    const { session, traces, socket } = await reconnected();
    socket?.begin("session-2");
    session.abort(new Error(`${first} and ${second} were refused`));
    const error = await session.closed.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "aborted", message: expect.stringContaining("[redacted] and [redacted]") });
    expect(shown(error, traces)).not.toMatch(/xyzzy/);
  });

  test("that a StreamingError of the token provider repeats is not shown", async () => {
    const clock = new FakeClock();
    const { platform } = scriptedPlatform(clock);
    const { StreamingError } = await import("../errors/streaming-error.ts");
    const session = connect(
      {
        apiHost: "ws://localhost",
        sampleRate: 8000,
        extraParams: { token: first },
        token: () => Promise.reject(new StreamingError("token-failed", `in place of ${first}`, { cause: first })),
      },
      platform,
    );
    expect(shown(await session.closed.catch((reason: unknown) => reason))).not.toMatch(/xyzzy/);
  });

  const inside = (text: string) => ({ added_later: { deep: [text, { [text]: text }] } });
  const messages: readonly [string, object][] = [
    ...Object.entries(wireSamples).map(([type, sample]): [string, object] => [type, { ...sample, ...inside(second) }]),
    ["an unknown type", { type: "Sonnet", ...inside(first) }],
    ["a type that is the token", { type: first }],
    ["a Begin's id", { type: "Begin", id: `id of ${second}`, expires_at: 0 }],
    ["a Turn's transcript", { ...wireSamples.Turn, transcript: `he said ${second}` }],
  ];

  test.each(messages)("that %s repeats is not shown, in any writing of JSON", async (_where, message) => {
    for (const write of [JSON.stringify, escapingAll, escapingSlashes]) {
      const { session, traces, socket } = await reconnected();
      if (!("id" in message)) socket?.begin("session-2");
      socket?.writes(write(message));
      session.abort();
      const events: StreamingEvent[] = [];
      await (async () => {
        for await (const event of session.events) events.push(event);
      })().catch(() => {});
      expect(events.map((event) => event.type)).toContain("Reconnected");
      expect(shown(events, traces)).not.toMatch(/xyzzy/);
    }
  });

  test("that is cut off where a message ends is not shown", async () => {
    const { session, socket } = await reconnected();
    socket?.begin("session-2");
    socket?.writes(`{"type":"Turn","a":"${second}`);
    session.abort();
    const events: StreamingEvent[] = [];
    await (async () => {
      for await (const event of session.events) events.push(event);
    })().catch(() => {});
    expect(events.at(-1)).toMatchObject({ type: "Unrecognized", raw: '{"type":"Turn","a":"[redacted]' });
    expect(shown(events)).not.toMatch(/xyzzy|tok-/);
  });
});

function escapingAll(value: unknown): string {
  const hex = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/xyzzy|tok-/g, (word) => word.replace(/./g, hex));
}

function escapingSlashes(value: unknown): string {
  return JSON.stringify(value).replaceAll("/", "\\/");
}
