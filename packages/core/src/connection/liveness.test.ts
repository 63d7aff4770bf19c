import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { Liveness } from "./liveness.ts";

/** Time in a program that comes to its timers late: busy, asleep, or a hidden tab. */
class LateClock extends FakeClock {
  soonestMs = 0;

  override after(ms: number, callback: () => void): () => void {
    return super.after(Math.max(ms, this.soonestMs), callback);
  }
}

/** A peer that is watched as the session does it: checked when it is due, and pinged if a check says so. */
function watch({ pings, soonestMs = 0 }: { pings: boolean; soonestMs?: number }) {
  const clock = new LateClock();
  clock.soonestMs = soonestMs;
  const socket = { bufferedAmount: 0, pinged: 0 };
  let onPing = () => {
    socket.pinged++;
  };
  const deaths: string[] = [];
  const liveness = new Liveness(clock.now(), pings);
  const check = () => {
    const verdict = liveness.check(clock.now(), socket.bufferedAmount);
    if (typeof verdict === "object") return void deaths.push(verdict.dead);
    clock.after(liveness.checkAt - clock.now(), check);
    if (verdict === "ping" && pings) onPing();
  };
  clock.after(liveness.checkAt - clock.now(), check);
  return {
    clock,
    socket,
    deaths,
    liveness: {
      heard: () => liveness.heard(clock.now()),
      alive: () => liveness.alive(clock.now()),
      pong: () => liveness.pong(clock.now()),
      sent: (bytes: number) => liveness.sent(bytes),
    },
    answer: (reply: () => void) => {
      onPing = reply;
    },
  };
}

describe("a peer that stops answering", () => {
  test("is found dead within 10 s, once, and not within 7", () => {
    const { clock, socket, deaths } = watch({ pings: true });
    clock.advance(7000);
    expect(deaths).toEqual([]);
    expect(socket.pinged).toBeGreaterThan(1);
    clock.advance(3000);
    expect(deaths).toEqual(["the peer stopped answering"]);
    clock.advance(60_000);
    expect(deaths).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test("is found within 10 s of its last word, whenever that was", () => {
    for (let spoke = 0; spoke < 6000; spoke += 250) {
      const { clock, deaths, liveness } = watch({ pings: true });
      clock.advance(spoke);
      liveness.heard();
      clock.advance(10_000);
      expect(deaths).toEqual(["the peer stopped answering"]);
    }
  });

  test("is alive as long as it answers, or says anything at all", () => {
    const { clock, deaths, liveness, answer } = watch({ pings: true });
    answer(() => liveness.pong());
    clock.advance(3_600_000);
    expect(deaths).toEqual([]);
  });

  test("is not asked while it speaks of its own accord", () => {
    const { clock, socket, deaths, liveness } = watch({ pings: true });
    for (let elapsed = 0; elapsed < 60_000; elapsed += 200) {
      clock.advance(200);
      liveness.heard();
    }
    expect({ pinged: socket.pinged, deaths }).toEqual({ pinged: 0, deaths: [] });
    clock.advance(5000);
    expect(socket.pinged).toBeGreaterThan(0);
  });

  test("is not asked, and may be silent, where the platform cannot ping and no heartbeat came", () => {
    const { clock, deaths, liveness } = watch({ pings: false });
    clock.advance(3_600_000);
    expect(deaths).toEqual([]);
    liveness.heard();
    clock.advance(60_000);
    expect(deaths).toEqual([]);
  });

  test("is found where heartbeats came and stop", () => {
    const { clock, deaths, liveness } = watch({ pings: false });
    liveness.alive();
    clock.advance(10_000);
    expect(deaths).toEqual(["the peer stopped answering"]);
  });
});

describe("a peer that stops reading", () => {
  const frame = 1600;

  test.each([32_000, 8000, 100])("is found within 10 s, though %i bytes a second still come", (bytesPerSecond) => {
    const { clock, socket, deaths, liveness } = watch({ pings: false });
    for (let ms = 0; ms < 10_000; ms += 100) {
      // As the send queue does, which gives a socket no more than 64 KiB.
      if (socket.bufferedAmount < 65_536) {
        liveness.sent(bytesPerSecond / 10);
        // A frame's header counts in the buffer.
        socket.bufferedAmount += bytesPerSecond / 10 + 8;
      }
      clock.advance(100);
    }
    expect(deaths).toEqual(["the peer stopped reading"]);
  });

  test("is not one that reads slowly, whose socket is kept full", () => {
    const { clock, socket, deaths, liveness } = watch({ pings: false });
    for (let ms = 0; ms < 600_000; ms += 100) {
      socket.bufferedAmount = Math.max(0, socket.bufferedAmount - 100);
      // Ever a little fuller, as far as the buffer itself shows.
      const given = ms % 2000 === 0 ? 2100 : 0;
      liveness.sent(given);
      socket.bufferedAmount += given;
      clock.advance(100);
    }
    expect(socket.bufferedAmount).toBeGreaterThan(20_000);
    expect(deaths).toEqual([]);
  });

  test("is not one that has read everything", () => {
    const { clock, socket, deaths, liveness } = watch({ pings: false });
    liveness.sent(frame);
    socket.bufferedAmount = 0;
    clock.advance(60_000);
    expect(deaths).toEqual([]);
  });
});

describe("a program that comes late", () => {
  test("once, hears the peer out first", () => {
    const { clock, deaths, liveness, answer } = watch({ pings: true, soonestMs: 20_000 });
    clock.soonestMs = 0;
    answer(() => liveness.pong());
    clock.advance(60_000);
    expect(deaths).toEqual([]);
  });

  test("always, as in a hidden tab, finds a dead peer all the same", () => {
    const { clock, deaths } = watch({ pings: true, soonestMs: 60_000 });
    clock.advance(180_000);
    expect(deaths).toEqual(["the peer stopped answering"]);
  });

  test("always, does not take a peer that speaks for dead", () => {
    const { clock, deaths, liveness } = watch({ pings: true, soonestMs: 60_000 });
    for (let second = 0; second < 600; second++) {
      clock.advance(1000);
      liveness.heard();
    }
    expect(deaths).toEqual([]);
  });
});

describe("a peer that was asked for an answer", () => {
  test("owes it until it sends anything, if its silence means anything", () => {
    const [pings, silent] = [new Liveness(0, true), new Liveness(0, false)];
    for (const liveness of [pings, silent]) liveness.asked();
    expect([pings.unanswered, silent.unanswered]).toEqual([true, false]);
    silent.alive(1);
    silent.asked();
    expect(silent.unanswered).toBe(true);
    for (const liveness of [pings, silent]) liveness.heard(2);
    expect([pings.unanswered, silent.unanswered]).toEqual([false, false]);
  });

  test("owes a pong until it sends one, even if it sends other things; a socket that cannot ping gets none", () => {
    const [pings, silent] = [new Liveness(0, true), new Liveness(0, false)];
    for (const liveness of [pings, silent]) {
      liveness.asked();
      liveness.heard(1);
      liveness.alive(2);
    }
    expect([pings.pongDue, silent.pongDue]).toEqual([true, false]);
    pings.pong(3);
    expect(pings.pongDue).toBe(false);
  });
});
