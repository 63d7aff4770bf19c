import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { begun, local } from "../../test/begun-session.ts";
import { FakeClock } from "../../test/fake-clock.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";

describe("the state of a session", () => {
  test("is connecting until Begin, reconnecting after a drop, and open again", async () => {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const session = connect(local, platform);
    const states: string[] = [session.state];
    const note = async () => {
      await turnOfTheLoop();
      states.push(session.state);
    };
    await note();
    sockets[0]?.closes({ code: 1006, reason: "" });
    await note();
    clock.advance(2000);
    await note();
    sockets[1]?.begin("session-1");
    await note();
    sockets[1]?.closes({ code: 1006, reason: "" });
    await note();
    clock.advance(2000);
    await note();
    sockets[2]?.begin("session-2");
    await note();
    expect(states).toEqual([
      ...["connecting", "connecting", "connecting", "connecting"],
      ...["open", "reconnecting", "reconnecting", "open"],
    ]);
    session.abort();
    expect(session.state).toBe("closed");
  });

  test("is closing from close() on, through drops and new connections, and closed in the end", async () => {
    const it = await begun();
    await it.write(1000);
    const end = it.session.close();
    expect(it.session.state).toBe("closing");
    it.last().closes({ code: 1006, reason: "" });
    expect(it.session.state).toBe("closing");
    it.clock.advance(2000);
    await turnOfTheLoop();
    it.last().begin("session-2");
    expect(it.session.state).toBe("closing");
    await turnOfTheLoop();
    it.last().says({ type: "Termination", audio_duration_seconds: 1 });
    it.last().closes({ code: 1000, reason: "" });
    await end;
    expect(it.session.state).toBe("closed");
    it.session.abort();
    expect(it.session.state).toBe("closed");
  });
});
