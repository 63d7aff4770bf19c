import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { final, word } from "../../test/messages.ts";
import type { ScriptedSocket } from "../../test/scripted-platform.ts";
import { pass, start } from "../../test/started-session.ts";

describe("forced endpoints", () => {
  test("at the same place are forced again, each, when the connection changes, and audio continues behind them", async () => {
    const { session, clock, sockets, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    const writer = session.audio.getWriter();
    await writer.write(new Uint8Array(800));
    await Promise.all([session.forceEndpoint(), session.forceEndpoint()]);
    await writer.write(new Uint8Array(800));
    last()?.closes({ code: 1006, reason: "" });
    await pass(clock, 2000);
    last()?.begin("session-2");
    await turnOfTheLoop();
    const shape = (socket: ScriptedSocket | undefined) =>
      socket?.sent.map((data) => (typeof data === "string" ? JSON.parse(data).type : data.length));
    expect(shape(sockets[1])).toEqual([400, 400, "ForceEndpoint", "ForceEndpoint", 400, 400]);
    expect(shape(sockets[1])).toEqual(shape(sockets[0]));
    session.abort();
  });
});

describe("a forced endpoint that a final turn does not reach", () => {
  test("is forced again after a drop, since that final turn had ended by itself", async () => {
    const { session, clock, sockets, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    const writer = session.audio.getWriter();
    await writer.write(new Uint8Array(8000));
    await session.forceEndpoint();
    last()?.says(final(0, { words: [word(0, 300)] }));
    last()?.closes({ code: 1006, reason: "" });
    await pass(clock, 2000);
    last()?.begin("session-2");
    await turnOfTheLoop();
    expect(sockets).toHaveLength(2);
    expect(last()?.controls).toEqual([{ type: "ForceEndpoint" }]);
    last()?.says(final(0, { words: [word(100, 700)] }));
    last()?.closes({ code: 1006, reason: "" });
    await pass(clock, 2000);
    last()?.begin("session-3");
    await turnOfTheLoop();
    expect(last()?.controls).toEqual([]);
    session.abort();
  });

  test("is no more than one of 256 that are remembered, the newest", async () => {
    const { session, clock, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    const writer = session.audio.getWriter();
    for (let i = 0; i < 300; i++) await session.forceEndpoint();
    await writer.write(new Uint8Array(800));
    await session.forceEndpoint();
    last()?.closes({ code: 1006, reason: "" });
    await pass(clock, 2000);
    last()?.begin("session-2");
    await turnOfTheLoop();
    const controls = last()?.controls ?? [];
    expect(controls.length).toBeLessThanOrEqual(256);
    expect(controls.at(-1)).toEqual({ type: "ForceEndpoint" });
    session.abort();
  });
});
