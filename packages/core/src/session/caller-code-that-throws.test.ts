import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { local, pass, start } from "../../test/started-session.ts";
import { connect } from "../connect.ts";
import { StreamingError } from "../errors/streaming-error.ts";

describe("what a caller hands in may throw when it is looked at", () => {
  const thrown = () => {
    throw new Error("not for you");
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  class Unreadable extends Error {
    override get message() {
      return thrown();
    }
  }
  // Made in the test: the test runner looks at its own arguments.
  const hostile: Readonly<Record<string, () => unknown>> = {
    "an object whose getters throw": () => Object.defineProperty({}, "message", { get: thrown }),
    "an error whose getters throw": () => new Unreadable(),
    "a revoked proxy": () => revoked.proxy,
    "a proxy whose traps throw": () => new Proxy(new Error("x"), { get: thrown, getPrototypeOf: thrown, has: thrown }),
    "an object whose toString throws": () => ({ toString: thrown, [Symbol.toPrimitive]: thrown }),
    "an object whose tag throws": () => Object.defineProperty({}, Symbol.toStringTag, { get: thrown }),
    "a symbol": () => Symbol("s"),
    "a function": () => () => {},
    "an object without a prototype": () => Object.create(null),
  };
  const names = Object.keys(hostile);

  test.each(names)("abort(%s) ends the session", async (name) => {
    const { session, clock } = start();
    session.abort(hostile[name]?.());
    await expect(session.closed).rejects.toMatchObject({ code: "aborted" });
    expect(clock.pending).toBe(0);
  });

  test.each(names)("a signal aborted with %s ends every session that has it", async (name) => {
    const controller = new AbortController();
    const sessions = [1, 2].map(() => start({ signal: controller.signal }).session);
    controller.abort(hostile[name]?.());
    for (const session of sessions) await expect(session.closed).rejects.toMatchObject({ code: "aborted" });
  });

  test.each(names)("a token provider that throws %s fails, and is asked again", async (name) => {
    let asked = 0;
    const { session, clock } = start({
      token: () => {
        asked++;
        throw hostile[name]?.();
      },
    });
    const end = session.closed.catch((error: unknown) => error);
    await pass(clock);
    expect(await end).toMatchObject({ code: "token-failed" });
    expect(asked).toBe(3);
  });

  test.each(names)("a source that fails with %s ends the session", async (name) => {
    const { session, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    session.audio.abort(hostile[name]?.()).catch(() => {});
    await turnOfTheLoop();
    last()?.says({ type: "Termination" });
    last()?.closes({ code: 1000, reason: "" });
    await expect(session.closed).rejects.toMatchObject({ code: "audio-failed" });
  });

  test("a proxy of a StreamingError that throws fails the attempt like any other error", async () => {
    const proxy = new Proxy(new StreamingError("token-failed", "x"), { get: thrown });
    const { session, clock } = start({ token: () => Promise.reject(proxy) });
    const end = session.closed.catch((error: unknown) => error);
    await pass(clock);
    expect(await end).toMatchObject({ code: "token-failed" });
  });

  test("an onWarning that throws is reported, and keeps no session from starting", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const { session, last } = start({ keyterms: ["a"], onWarning: thrown });
      await turnOfTheLoop();
      last()?.begin();
      await session.updateConfiguration({ keyterms: ["b"] });
      expect(report.mock.calls.map(([text]) => text)).toEqual(Array(2).fill("voxpipe: onWarning threw."));
      session.abort();
    } finally {
      report.mockRestore();
    }
  });

  test("a tracer that throws changes nothing, and is reported once", async () => {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const warnings: string[] = [];
    const options = { ...local, onWarning: (text: string) => void warnings.push(text) };
    const session = connect(options, { ...platform, trace: thrown });
    await turnOfTheLoop();
    sockets[0]?.begin();
    await session.opened;
    const end = session.close();
    await turnOfTheLoop();
    sockets[0]?.says({ type: "Termination" });
    sockets[0]?.closes({ code: 1000, reason: "" });
    await end;
    expect(warnings).toEqual([expect.stringContaining("trace function threw")]);
  });

  test("a socket that throws at a send is a lost connection, and its audio is sent again", async () => {
    const { session, clock, sockets, last } = start({}, (socket, attempt) => {
      if (attempt === 1) Object.assign(socket, { send: thrown });
    });
    await turnOfTheLoop();
    last()?.begin();
    session.audio
      .getWriter()
      .write(new Uint8Array(800))
      .catch(() => {});
    await pass(clock, 2000);
    expect(sockets).toHaveLength(2);
    last()?.begin("session-2");
    await turnOfTheLoop();
    expect(last()?.sent.map((data) => data.length)).toEqual([400, 400]);
    session.abort();
  });
});
