import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { audio, local } from "../../test/begun-session.ts";
import { FakeClock } from "../../test/fake-clock.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";

describe("a Termination that crosses Terminate on its way", () => {
  /** A session that closes, of 1.7 s of audio, on sockets whose pings are answered when the test says so. */
  async function closing(pings = true) {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const pongs: (() => void)[] = [];
    const session = connect(local, {
      ...platform,
      openSocket: (url, key, listener) => {
        const socket = platform.openSocket(url, key, listener);
        return pings ? Object.assign(socket, { ping: () => void pongs.push(() => listener.alive()) }) : socket;
      },
    });
    await turnOfTheLoop();
    sockets[0]?.begin("session-1");
    session.audio
      .getWriter()
      .write(audio(1700))
      .catch(() => {});
    await turnOfTheLoop();
    const end = session.close();
    end.catch(() => {});
    await turnOfTheLoop();
    const answerPing = () => pongs.splice(0).forEach((pong) => void pong());
    const terminates = (seconds: number) => {
      sockets.at(-1)?.says({ type: "Termination", audio_duration_seconds: seconds });
      sockets.at(-1)?.closes({ code: 1000, reason: "" });
    };
    return { session, clock, sockets, end, answerPing, terminates };
  }

  test("and of which half a second was heard, reported as 1 of 1.7 s, is not taken for an answer: the audio is sent again", async () => {
    const it = await closing();
    it.terminates(1);
    it.clock.advance(500);
    await turnOfTheLoop();
    it.sockets[1]?.begin("session-2");
    await turnOfTheLoop();
    expect(it.session.stats().audioReplayedMs).toBe(1700);
    it.answerPing();
    it.terminates(2);
    expect(await it.end).toMatchObject({ reconnects: 1 });
  });

  test.each([1, 2])(
    "is none if the ping that left before Terminate was answered: %i of 1.7 s are the whole",
    async (seconds) => {
      const it = await closing();
      it.answerPing();
      it.terminates(seconds);
      expect(await it.end).toMatchObject({ reconnects: 0 });
    },
  );

  test("does no harm if it reports all of the audio, to the millisecond", async () => {
    const it = await closing();
    it.terminates(1.7);
    expect(await it.end).toMatchObject({ reconnects: 0 });
  });

  test.each([1, 2])(
    "is suspected once a session, so that a peer without pongs that counts in whole seconds can end it: %i of 1.7 s",
    async (seconds) => {
      const it = await closing();
      it.terminates(seconds);
      it.clock.advance(500);
      await turnOfTheLoop();
      it.sockets[1]?.begin("session-2");
      await turnOfTheLoop();
      it.terminates(seconds);
      expect(await it.end).toMatchObject({ reconnects: 1 });
    },
  );

  test("cannot be distinguished from an answer where sockets cannot ping", async () => {
    const it = await closing(false);
    it.terminates(1);
    expect(await it.end).toMatchObject({ reconnects: 0 });
  });
});
