import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { final, turn, word } from "../../test/messages.ts";
import { traced } from "../../test/traced-session.ts";

const drop = { code: 1006, reason: "" };

describe("from a word's audio being written to its turn being read", () => {
  test("the time is that of sending, of the service, and of the reader, each by itself", async () => {
    const it = await traced();
    await it.write(50);
    it.clock.advance(20);
    await it.write(50);
    it.clock.advance(100);
    await it.begin();
    it.clock.advance(30);
    it.last().says(turn(0, { words: [word(10, 80)] }));
    it.clock.advance(40);
    await it.read("Turn");
    expect(it.reads).toEqual([
      {
        type: "read",
        reading: "first-partial",
        audioMs: 80,
        writtenAt: 20,
        sendMs: 100,
        serviceMs: 30,
        readerMs: 40,
        at: 190,
      },
    ]);
    await it.write(50);
    it.clock.advance(7);
    it.last().says(final(0, { words: [word(10, 80), word(90, 140)] }));
    it.clock.advance(1);
    await it.read("Turn");
    expect(it.reads[1]).toMatchObject({ reading: "end-of-turn", audioMs: 140, writtenAt: 190, at: 198 });
    expect(it.reads[1]).toMatchObject({ sendMs: 0, serviceMs: 7, readerMs: 1 });
  });

  test("a reader that waits already takes no time", async () => {
    const it = await traced();
    await it.begin();
    await it.read("Begin");
    await it.write(50);
    const reading = it.read("Turn");
    it.clock.advance(30);
    it.last().says(final(0, { words: [word(10, 50)] }));
    await reading;
    expect(it.reads.map(({ serviceMs, readerMs }) => [serviceMs, readerMs])).toEqual([
      [30, 0],
      [30, 0],
    ]);
  });

  test("sending includes a message that is not full, a connection that is lost, and the replay", async () => {
    const it = await traced();
    await it.begin();
    await it.write(30);
    it.clock.advance(15);
    await it.write(20);
    it.last().closes(drop);
    await turnOfTheLoop();
    it.clock.advance(2000);
    await turnOfTheLoop();
    await it.begin("session-2");
    it.clock.advance(5);
    it.last().says(final(0, { words: [word(0, 25)] }));
    await it.read("Turn");
    expect(it.reads[1]).toMatchObject({
      reading: "end-of-turn",
      audioMs: 25,
      writtenAt: 0,
      sendMs: 2015,
      serviceMs: 5,
    });
  });

  test("sending includes what a full socket and the pace hold back", async () => {
    const full = await traced({ audioBuffer: 60_000 });
    await full.begin();
    full.last().bufferedAmount = 70_000;
    // 64 KiB may wait in a socket before it is asked.
    await full.write(10_000);
    full.clock.advance(500);
    full.last().bufferedAmount = 0;
    // A full socket is asked every 20 ms.
    full.clock.advance(40);
    full.last().says(final(0, { words: [word(9000, 10_000)] }));
    await full.read("Turn");
    expect(full.reads.at(-1)).toMatchObject({ writtenAt: 0, sendMs: 520, serviceMs: 20 });

    const paced = await traced({ audioBuffer: 60_000, pace: { rate: 1, burst: 1000 } });
    await paced.begin();
    await paced.write(3000);
    paced.clock.advance(10_000);
    paced.last().says(final(0, { words: [word(0, 2000)] }));
    await paced.read("Turn");
    const [, end] = paced.reads;
    expect(end?.sendMs).toBeGreaterThanOrEqual(950);
    expect((end?.sendMs ?? 0) + (end?.serviceMs ?? 0)).toBe(10_000);
  });

  test("a reader that comes late gets a newer reading instead of the first one, and both times end there", async () => {
    const it = await traced();
    await it.begin();
    await it.write(100);
    for (let reading = 0; reading < 300; reading++) it.last().says(turn(0, { words: [word(0, 50)] }));
    it.clock.advance(10);
    it.last().says(final(0, { words: [word(0, 50), word(50, 100)] }));
    it.clock.advance(300);
    await it.read("Turn");
    expect(it.reads.map(({ reading, readerMs }) => [reading, readerMs])).toEqual([["first-partial", 310]]);
    it.clock.advance(1);
    while (it.reads.length < 2) await it.read("Turn");
    expect(it.reads[1]).toMatchObject({ reading: "end-of-turn", serviceMs: 10, readerMs: 301 });
  });

  test("nothing is reported for events that nobody reads, and of a session that ended before", async () => {
    const it = await traced();
    await it.begin();
    await it.write(100);
    it.last().says(turn(0, { words: [word(0, 50)] }));
    it.session.abort();
    await expect(it.session.closed).rejects.toMatchObject({ code: "aborted" });
    expect(it.reads).toEqual([]);
    // What came before can still be read.
    it.clock.advance(3);
    await it.read("Turn");
    expect(it.reads).toMatchObject([{ reading: "first-partial", readerMs: 3 }]);
  });

  test("a second form of an earlier turn is neither a first partial nor an end", async () => {
    const it = await traced();
    await it.begin();
    await it.write(200);
    const said = [word(0, 50)];
    it.last().says(final(0, { words: said }));
    it.last().says(turn(1, { words: [word(60, 100)] }));
    it.last().says(final(0, { words: said, turn_is_formatted: true }));
    it.last().says(turn(1, { words: [word(60, 100), word(110, 150)] }));
    for (let event = 0; event < 4; event++) await it.read("Turn");
    expect(it.reads.map(({ reading, audioMs }) => [reading, audioMs])).toEqual([
      ["first-partial", 50],
      ["end-of-turn", 50],
      ["first-partial", 100],
    ]);
  });

  test("a word beyond the audio that was sent, or without a time, has only the times that are known", async () => {
    const it = await traced();
    await it.begin();
    await it.write(100);
    it.last().says({ ...final(0), words: [{ ...word(0, 0), end: "soon" }, word(90, 1e9)] });
    await it.read("Turn");
    expect(it.reads).toMatchObject([{ reading: "end-of-turn", audioMs: 100 }]);
  });

  test("compressed audio counts from the write that completed its message, also at the end", async () => {
    const it = await traced({ encoding: "opus" });
    await it.write(Uint8Array.of(0x08, 1, 2, 3));
    it.clock.advance(60);
    await it.begin();
    it.clock.advance(5);
    it.last().says(final(0, { words: [word(0, 20)] }));
    await it.read("Turn");
    expect(it.reads[1]).toMatchObject({ audioMs: 20, writtenAt: 0, sendMs: 60, serviceMs: 5 });
  });
});
