import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PacketReplayBuffer } from "./packet-replay-buffer.ts";
import { opusPacketMs } from "./packet-units.ts";
import type { AudioMessage } from "./replay-buffer.ts";

/** An ADTS frame of 1024 samples at 16 kHz (64 ms) with a payload of a number of bytes. */
function adtsFrame(payload: number, fill: number): Uint8Array {
  const length = 7 + payload;
  const frame = new Uint8Array(length).fill(fill & 0x7f);
  frame.set([
    0xff,
    0xf1,
    (1 << 6) | (8 << 2),
    0x40 | (length >> 11),
    (length >> 3) & 255,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  ]);
  return frame;
}

/** An Ogg page of `packets` Opus packets of 20 ms, or of a header, which has position 0. */
function oggPage(position: bigint, packets: number, size: number): Uint8Array {
  const segments = Array<number>(packets).fill(size);
  const page = new Uint8Array(27 + packets + packets * size).fill(0x31);
  page.set([0x4f, 0x67, 0x67, 0x53, 0, 0]);
  new DataView(page.buffer).setBigInt64(6, position, true);
  page[26] = packets;
  page.set(segments, 27);
  for (let i = 0; i < packets; i++) page[27 + packets + i * size] = 0x78;
  return page;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Writes everything in pieces, and takes messages as they become complete. */
function sendAll(log: PacketReplayBuffer, bytes: Uint8Array, pieces: readonly number[]): AudioMessage[] {
  const messages: AudioMessage[] = [];
  const take = () => {
    for (let message = log.next(); message; message = log.next()) messages.push(message);
  };
  let piece = 0;
  for (let at = 0; at < bytes.length; ) {
    const chunk = bytes.subarray(at, at + (pieces[piece++ % pieces.length] ?? 1));
    for (let offset = 0; offset < chunk.length; ) {
      offset += log.append(chunk, offset);
      take();
    }
    at += chunk.length;
  }
  for (let rest = log.rest(); rest; rest = log.rest()) messages.push(rest);
  return messages;
}

const bytesOf = (messages: readonly AudioMessage[]) => joined(messages.map((message) => message.bytes));

describe("raw Opus", () => {
  test("one write is one packet, with the length that its first bytes give", () => {
    const log = new PacketReplayBuffer("opus", 50, 60_000);
    const packets = [Uint8Array.of(0x78, 1, 2), Uint8Array.of(0x0b, 3, 9), Uint8Array.of(0xfc, 5)];
    const messages = packets.flatMap((packet) => {
      expect(log.append(packet, 0)).toBe(packet.length);
      return log.next() ?? [];
    });
    expect(messages.map((message) => [...message.bytes])).toEqual(packets.map((packet) => [...packet]));
    expect(messages.map((message) => message.durationMs)).toEqual(packets.map(opusPacketMs));
  });

  test.each([
    [[0x00], 10],
    [[0x18], 60],
    [[0x60], 10],
    [[0x78], 20],
    [[0x80], 2.5],
    [[0xf8], 20],
    [[0xf9], 40],
    [[0xfb, 3], 60],
  ])("a packet that starts with %j has %d ms", (start, ms) => {
    expect(opusPacketMs(Uint8Array.from(start))).toBe(ms);
  });

  test("replay starts with the packet that holds the instant, and a released packet is gone", () => {
    const log = new PacketReplayBuffer("opus", 50, 60_000);
    for (let i = 0; i < 10; i++) {
      log.append(Uint8Array.of(0x78, i), 0);
      log.next();
    }
    log.rewind(70);
    expect(log.sentMs).toBe(60);
    expect([...(log.next()?.bytes ?? [])]).toEqual([0x78, 3]);
    log.release(75);
    log.rewind(0);
    expect(log.sentMs).toBe(60);
  });

  test("keeps no more than its capacity", () => {
    const log = new PacketReplayBuffer("opus", 50, 100);
    for (let i = 0; i < 1000; i++) {
      log.append(Uint8Array.of(0x78, i & 255), 0);
      log.next();
    }
    log.rewind(0);
    expect(log.endMs - log.sentMs).toBeLessThanOrEqual(120);
  });
});

const sizes = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 8 });

describe("ADTS", () => {
  test("for any writes, the same bytes leave, cut between frames", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 60 }),
        sizes,
        (payloads, pieces) => {
          const bytes = joined(payloads.map(adtsFrame));
          const log = new PacketReplayBuffer("aac", 50, 60_000);
          const messages = sendAll(log, bytes, pieces);
          expect(bytesOf(messages)).toEqual(bytes);
          for (const { bytes: message } of messages) {
            expect(message.length).toBeLessThan(65_536);
            expect([message[0], message[1]]).toEqual([0xff, 0xf1]);
          }
          expect(log.endMs).toBeCloseTo(payloads.length * 64, 6);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("Ogg", () => {
  const headers = [oggPage(0n, 1, 19), oggPage(0n, 1, 200)];
  // As a live capture has them: positions that did not start at 0.
  const pages = Array.from({ length: 20 }, (_, i) => oggPage(BigInt(4_800_000 + (i + 1) * 9600), 10, 50 + i * 7));

  test("for any writes, the same bytes leave, and times come from the pages", () => {
    fc.assert(
      fc.property(sizes, (pieces) => {
        const log = new PacketReplayBuffer("ogg_opus", 50, 60_000);
        const bytes = joined([...headers, ...pages]);
        expect(bytesOf(sendAll(log, bytes, pieces))).toEqual(bytes);
        expect(log.endMs).toBeCloseTo(4000, 6);
      }),
      { numRuns: 15 },
    );
  });

  test("pages shorter than a message are counted once, however they arrive", () => {
    const log = new PacketReplayBuffer("ogg_opus", 50, 60_000);
    const short = Array.from({ length: 100 }, (_, i) => oggPage(BigInt((i + 1) * 960), 1, 80));
    sendAll(log, joined([...headers, ...short]), [108]);
    expect(log.endMs).toBeCloseTo(2000, 6);
  });

  test("a packet that continues over the next page is counted where it starts", () => {
    const log = new PacketReplayBuffer("ogg_opus", 50, 60_000);
    const starts = oggPage(960n, 1, 255);
    const goesOn = oggPage(1920n, 1, 40);
    goesOn[5] = 1;
    sendAll(log, joined([starts, goesOn]), [4096]);
    expect(log.endMs).toBeCloseTo(20, 6);
  });

  test("a new connection gets the headers first, then the page that holds the instant", () => {
    const log = new PacketReplayBuffer("ogg_opus", 50, 60_000);
    sendAll(log, joined([...headers, ...pages]), [777]);
    log.rewind(1050);
    expect(log.sentMs).toBe(1000);
    const replayed = Array.from({ length: 3 }, () => log.next()?.bytes ?? new Uint8Array());
    expect(replayed).toEqual([headers[0], headers[1], pages[5]]);
  });

  test("tags with a picture take several pages: all are headers, and have no duration", () => {
    const log = new PacketReplayBuffer("ogg_opus", 50, 60_000);
    // Pages on which no packet ends have the position -1.
    const tags = [oggPage(-1n, 255, 255), oggPage(-1n, 255, 255), oggPage(0n, 1, 200)];
    for (const page of tags.slice(1)) page[5] = 1;
    const all = [oggPage(0n, 1, 19), ...tags];
    sendAll(log, joined([...all, ...pages]), [4096]);
    expect(log.endMs).toBeCloseTo(4000, 6);
    log.rewind(1050);
    const replayed = Array.from({ length: 5 }, () => log.next()?.bytes ?? new Uint8Array());
    expect(replayed).toEqual([...all, pages[5]]);
  });

  test("a page of audio on which no packet ends is no header: it keeps its place and its length", () => {
    const log = new PacketReplayBuffer("ogg_opus", 50, 60_000);
    const unfinished = oggPage(-1n, 1, 200);
    sendAll(log, joined([oggPage(0n, 1, 19), ...pages, unfinished]), [4096]);
    expect(log.endMs).toBeCloseTo(4020, 6);
    log.rewind(log.endMs);
    expect(log.next()?.bytes).toEqual(oggPage(0n, 1, 19));
    expect(log.next()).toBeUndefined();
  });
});

test("bytes that are no such container leave as they came", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("aac", "ogg_opus"),
      fc.uint8Array({ minLength: 1, maxLength: 20_000 }),
      sizes,
      (encoding, bytes, pieces) => {
        const messages = sendAll(new PacketReplayBuffer(encoding, 50, 60_000), bytes, pieces);
        expect(bytesOf(messages)).toEqual(bytes);
        for (const message of messages) expect(message.bytes.length).toBeLessThan(65_536);
      },
    ),
    { numRuns: 60 },
  );
});
