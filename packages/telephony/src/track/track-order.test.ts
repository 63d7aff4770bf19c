import fc from "fast-check";
import { expect, test } from "vitest";
import type { Chunk } from "../providers/provider.ts";
import { type Piece, TrackOrder } from "./track-order.ts";

const bytesPerMs = 8;
const chunkMs = 20;
const order = (at?: number) => new TrackOrder({ bytesPerMs, frameBytes: 1, origin: { at } });

/** A chunk whose bytes say which one it is. */
function chunk(index: number, startMs = 0): Chunk {
  return {
    bytes: new Uint8Array(chunkMs * bytesPerMs).fill(1 + (index % 250)),
    timestamp: startMs + index * chunkMs,
    number: index + 1,
  };
}

function bytesOf(pieces: readonly Piece[]): number[] {
  return pieces.flatMap((piece) => ("silence" in piece ? Array<number>(piece.silence).fill(0) : [...piece.bytes]));
}

function expected(count: number, missing: (index: number) => boolean): number[] {
  return Array.from({ length: count }, (_, index) =>
    Array<number>(chunkMs * bytesPerMs).fill(missing(index) ? 0 : 1 + (index % 250)),
  ).flat();
}

const numbered = fc.constantFrom("both", "time", "number-and-time-of-day");

test("if chunks are lost, doubled or come up to 180 ms late: every chunk is at its time, and silence where one is missing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ lost: fc.boolean(), twice: fc.boolean(), late: fc.nat(8) }), {
        minLength: 2,
        maxLength: 60,
      }),
      numbered,
      (fates, kind) => {
        const start = kind === "number-and-time-of-day" ? 1_790_000_000_000 : 0;
        const last = fates.length - 1;
        const sent = fates
          .map((fate, index) => ({ ...fate, index, lost: fate.lost && index !== 0 && index !== last }))
          .filter(({ lost }) => !lost)
          .flatMap(({ index, late, twice }) => {
            const whole = chunk(index, start);
            const given = kind === "time" ? { ...whole, number: undefined } : whole;
            const at = index === 0 ? -1 : index + late;
            return twice
              ? [
                  { at, given },
                  { at: at + 3, given },
                ]
              : [{ at, given }];
          })
          .sort((a, b) => a.at - b.at);
        const track = order();
        const pieces = sent.flatMap(({ given }) => track.push(given));
        pieces.push(...track.flush());
        const lost = new Set(
          fates.flatMap((fate, index) => (fate.lost && index !== 0 && index !== last ? [index] : [])),
        );
        expect(bytesOf(pieces)).toEqual(expected(fates.length, (index) => lost.has(index)));
        const twice = fates.filter((fate, index) => fate.twice && !lost.has(index)).length;
        expect(track.lateChunks).toBe(twice);
        expect(track.filledBytes).toBe(lost.size * chunkMs * bytesPerMs);
      },
    ),
    { numRuns: 300 },
  );
});

test("a chunk is held for at most 200 ms of the provider's clock, and what comes later still is left out", () => {
  const track = order();
  expect(track.push(chunk(0))).toHaveLength(1);
  for (let index = 2; index <= 11; index++) expect(track.push(chunk(index))).toEqual([]);
  expect(bytesOf(track.push(chunk(12)))).toHaveLength(12 * chunkMs * bytesPerMs);
  expect(track.push(chunk(1))).toEqual([]);
  expect(track.lateChunks).toBe(1);
});

test("timestamps that are off by less than half a chunk fill nothing", () => {
  const track = order();
  const jitter = [0, 9, -9, 4, -3, 9, 0, -9];
  const pieces = jitter.flatMap((off, index) => {
    const exact = chunk(index, 1_000);
    return track.push({ ...exact, timestamp: Number(exact.timestamp) + off });
  });
  expect(bytesOf(pieces)).toEqual(expected(jitter.length, () => false));
});

test("both tracks begin at the first audio of the call", () => {
  const origin = { at: undefined };
  const options = { bytesPerMs, frameBytes: 1, origin };
  const [inbound, outbound] = [new TrackOrder(options), new TrackOrder(options)];
  expect(bytesOf(inbound.push(chunk(0, 400)))).toHaveLength(160);
  expect(outbound.push(chunk(0, 1_000))[0]).toEqual({ silence: 600 * bytesPerMs });
});

test("hostile clocks cost no memory: a gap is filled with at most 60 s, and at most 64 chunks wait", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          timestamp: fc.option(fc.nat(2 ** 50), { nil: undefined }),
          number: fc.option(fc.nat(2 ** 50), { nil: undefined }),
          bytes: fc.constant(new Uint8Array(160)),
        }),
        { maxLength: 300 },
      ),
      (chunks) => {
        const track = order();
        let waiting = 0;
        for (const given of chunks) {
          const pieces = track.push(given);
          waiting += 1 - pieces.filter((piece) => "bytes" in piece).length;
          expect(waiting - track.lateChunks).toBeLessThanOrEqual(65);
          for (const piece of pieces)
            if ("silence" in piece) expect(piece.silence).toBeLessThanOrEqual(60_000 * bytesPerMs);
        }
      },
    ),
    { numRuns: 60 },
  );
});
