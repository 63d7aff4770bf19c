import { describe, expect, test } from "vitest";
import type { AudioEncoding } from "./audio-format.ts";
import { PacketReplayBuffer } from "./packet-replay-buffer.ts";

/** A page of an Ogg stream, with segments of these lengths. Flags: 1 continues a packet, 2 begins a stream. */
function oggPage(position: bigint, flags: number, segments: readonly number[], serial = 7): Uint8Array {
  const start = 27 + segments.length;
  const page = new Uint8Array(start + segments.reduce((sum, size) => sum + size, 0)).fill(0x78, start);
  const view = new DataView(page.buffer);
  page.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
  view.setBigInt64(6, position, true);
  view.setUint32(14, serial, true);
  page.set([segments.length, ...segments], 26);
  return page;
}

const identity = (serial: number) => oggPage(0n, 2, [19], serial);
const tags = (serial: number) => oggPage(0n, 0, [40], serial);
/** Ten packets of 20 ms. */
const audio = (position: number, serial = 7) => oggPage(BigInt(position), 0, Array<number>(10).fill(50), serial);
const wholePage = Array<number>(255).fill(255);
/** Tags with a picture, of a number of pages of 65 kB, on which no packet ends; the last page ends them. */
const pictures = (pages: number, serial: number) => [
  ...Array.from({ length: pages }, (_, i) => oggPage(-1n, i === 0 ? 0 : 1, wholePage, serial)),
  oggPage(0n, 1, [40], serial),
];

function send(buffer: PacketReplayBuffer, bytes: Uint8Array): Uint8Array[] {
  const sent: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    offset += buffer.append(bytes, offset);
    for (let message = buffer.next(); message; message = buffer.next()) sent.push(message.bytes);
  }
  return sent;
}

function replayed(buffer: PacketReplayBuffer, ms: number): Uint8Array[] {
  buffer.rewind(ms);
  const messages: Uint8Array[] = [];
  for (let message = buffer.next(); message; message = buffer.next()) messages.push(message.bytes);
  return messages;
}

const bytesOf = (messages: readonly Uint8Array[]) => messages.reduce((sum, { length }) => sum + length, 0);

const capacityMs = 5000;
/** The bytes that a replay buffer of 5 s may keep: 96 for each ms, and the headers of one stream. */
const most = 96 * capacityMs + 256 * 1024;

function created(encoding: AudioEncoding) {
  const warnings: string[] = [];
  const buffer = new PacketReplayBuffer(encoding, 50, capacityMs, (message) => warnings.push(message));
  return { buffer, warnings };
}

describe("audio of unknown length is bounded in bytes", () => {
  const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7919) % 251);

  test.each<AudioEncoding>(["aac", "ogg_opus"])("%s that is something else, such as MP3", (encoding) => {
    const { buffer } = created(encoding);
    for (let i = 0; i < 10; i++) send(buffer, noise(200_000));
    const kept = bytesOf(replayed(buffer, 0));
    expect(kept).toBeLessThanOrEqual(most);
    // And what is kept is sent again: nothing says that it was transcribed.
    expect(kept).toBeGreaterThan(most / 3);
  });

  test("what was not sent again is counted and reported, at each new connection once", () => {
    const { buffer, warnings } = created("aac");
    for (let i = 0; i < 10; i++) send(buffer, noise(200_000));
    const kept = bytesOf(replayed(buffer, 0));
    replayed(buffer, 0);
    const waiting = buffer.rest()?.bytes.length ?? 0;
    expect(warnings).toEqual([expect.stringContaining(`${2_000_000 - waiting - kept} bytes of audio`)]);
    expect(warnings[0]).toContain("Check that the audio is aac");
  });

  test("a final turn covers what was sent before it: none of that is reported", () => {
    const { buffer, warnings } = created("aac");
    for (let i = 0; i < 10; i++) send(buffer, noise(200_000));
    buffer.release(0);
    expect(replayed(buffer, 0)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test("Opus packets that say they have no audio count with more than their two bytes", () => {
    const { buffer } = created("opus");
    for (let i = 0; i < 20_000; i++) send(buffer, Uint8Array.of(0x03, 0));
    expect(replayed(buffer, 0).length).toBeLessThan(most / 60);
  });

  test("short Opus packets at the highest bit rate are kept for the whole capacity", () => {
    const { buffer } = created("opus");
    for (let i = 0; i < 2500; i++) send(buffer, new Uint8Array(160).fill(0x80, 0, 1));
    expect(buffer.endMs).toBe(6250);
    buffer.rewind(0);
    expect(buffer.endMs - buffer.sentMs).toBeGreaterThanOrEqual(capacityMs);
  });
});

describe("headers of Ogg streams", () => {
  test("in a chain of streams, a new connection gets those of the stream in which it starts, and the next ones in their place", () => {
    const { buffer } = created("ogg_opus");
    const streams = [1, 2, 3].map((serial) => [
      identity(serial),
      tags(serial),
      audio(9600, serial),
      audio(19_200, serial),
    ]);
    send(buffer, Uint8Array.from(streams.flat().flatMap((page) => [...page])));
    const [, second = [], third = []] = streams;
    // The second stream has the audio from 400 to 800 ms.
    expect(replayed(buffer, 600)).toEqual([second[0], second[1], second[3], ...third]);
    expect(replayed(buffer, 800)).toEqual(third);
    buffer.release(600);
    expect(replayed(buffer, 0)).toEqual([second[0], second[1], second[3], ...third]);
  });

  test("a chain of many streams with large tags is bounded", () => {
    const { buffer } = created("ogg_opus");
    for (let serial = 1; serial <= 6; serial++)
      for (const page of [identity(serial), ...pictures(3, serial), audio(9600, serial)]) send(buffer, page);
    expect(bytesOf(replayed(buffer, 0))).toBeLessThanOrEqual(most);
    expect(buffer.endMs).toBe(1200);
  });

  test("a header that never ends is sent, and only its stream's first page and empty tags are kept", () => {
    const { buffer } = created("ogg_opus");
    const [first, ...pages] = [identity(7), ...pictures(20, 7).slice(0, -1)];
    const sent = [first, ...pages].flatMap((page) => (page ? send(buffer, page) : []));
    expect(bytesOf(sent)).toBe((first?.length ?? 0) + bytesOf(pages));
    const again = replayed(buffer, 0);
    expect(bytesOf(again)).toBeLessThanOrEqual(most);
    expect(again[0]).toEqual(first);
    // Its checksum was computed by another program.
    const view = new DataView(again[1]?.slice().buffer ?? new ArrayBuffer(44));
    expect([view.byteLength, view.getUint32(14, true), view.getUint32(22, true)]).toEqual([44, 7, 0xa811c018]);
  });

  test("after tags with a picture of megabytes, a new connection gets empty tags, and the audio", () => {
    const { buffer } = created("ogg_opus");
    for (const page of [identity(7), ...pictures(8, 7), audio(9600), audio(19_200)]) send(buffer, page);
    buffer.release(200);
    const again = replayed(buffer, 200);
    expect(again.map(({ length }) => length)).toEqual([identity(7).length, 44, audio(19_200).length]);
  });

  test("pages that all have the position 0 are audio behind the tags", () => {
    const { buffer } = created("ogg_opus");
    for (const page of [identity(7), tags(7), audio(0), audio(0)]) send(buffer, page);
    expect(buffer.endMs).toBe(400);
    expect(replayed(buffer, 200)).toEqual([identity(7), tags(7), audio(0)]);
  });

  test("tags of several pages in a later stream of a chain are headers too, and have no duration", () => {
    const { buffer } = created("ogg_opus");
    const later = [identity(2), ...pictures(2, 2)];
    for (const page of [identity(1), tags(1), audio(9600, 1), ...later, audio(9600, 2)]) send(buffer, page);
    expect(buffer.endMs).toBe(400);
    buffer.release(200);
    expect(replayed(buffer, 300)).toEqual([...later, audio(9600, 2)]);
  });
});
