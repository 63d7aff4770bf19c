import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "./entry.ts";
import { isAfter, parsePosition, positionText } from "./position.ts";
import { RoomLog } from "./room-log.ts";

const clock = { origin: 0, base: 0, time: 0 };
const session = { fence: 1, count: 0 };

function entry(count: number, key: string, kept: boolean, data = "{}"): Entry {
  return { position: { fence: 1, count }, key, kept, session, clock, data };
}

function counts(entries: readonly Entry[]): number[] {
  return entries.map(({ position }) => position.count);
}

describe("a room's log", () => {
  it("replaces partials by newer ones, and by their final", () => {
    const log = new RoomLog({ entries: 10, bytes: 1e6 });
    for (const count of [1, 2, 3]) log.append(entry(count, "a", false));
    log.append(entry(4, "b", false));
    expect(counts(log.after(undefined))).toEqual([3, 4]);
    log.append(entry(5, "a", true));
    expect(counts(log.after(undefined))).toEqual([4, 5]);
    expect(counts(log.after({ fence: 1, count: 4 }))).toEqual([5]);
  });

  it("ignores what comes out of order, and partials of a turn that is final", () => {
    const log = new RoomLog({ entries: 10, bytes: 1e6 });
    expect(log.append(entry(5, "a", true))).toBe(true);
    expect(log.append(entry(5, "a", true))).toBe(false);
    expect(log.append(entry(4, "b", true))).toBe(false);
    log.append(entry(6, "a", false));
    expect(counts(log.after(undefined))).toEqual([5]);
    expect(log.last).toEqual({ fence: 1, count: 6 });
  });

  it("drops the oldest beyond its entries or bytes, but never the newest, and says up to where", () => {
    const log = new RoomLog({ entries: 3, bytes: 2000 });
    for (const count of [1, 2, 3, 4, 5]) log.append(entry(count, `${count}`, true));
    expect(counts(log.after(undefined))).toEqual([3, 4, 5]);
    expect(log.dropped).toEqual({ fence: 1, count: 2 });
    log.append(entry(6, "6", true, "x".repeat(5000)));
    expect(counts(log.after(undefined))).toEqual([6]);
  });

  it("holds a bounded number of partials", () => {
    const log = new RoomLog({ entries: 3, bytes: 2000 });
    for (let count = 0; count < 1000; count++) log.append(entry(count, `${count}`, false));
    expect(log.open).toHaveLength(64);
  });

  it("gives after any position, in pieces of any size, exactly what a list of all entries would", () => {
    const operations = fc.array(fc.record({ key: fc.integer({ min: 0, max: 12 }), kept: fc.boolean() }), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(operations, fc.nat(90), fc.integer({ min: 1, max: 2000 }), (all, from, bytes) => {
        const log = new RoomLog({ entries: 1000, bytes: 1e9 });
        const final = new Set<number>();
        const newest = new Map<number, Entry>();
        all.forEach(({ key, kept }, i) => {
          const next = entry(i + 1, `${key}`, kept);
          log.append(next);
          if (final.has(key) && !kept) return;
          if (kept) final.add(key);
          newest.set(key, next);
        });
        const expected = [...newest.values()].map(({ position }) => position.count).sort((a, b) => a - b);
        const read: number[] = [];
        let at = from === 0 ? undefined : { fence: 1, count: from };
        for (let part = log.after(at, bytes); part.length > 0; part = log.after(at, bytes)) {
          read.push(...counts(part));
          at = part.at(-1)?.position;
        }
        expect(read).toEqual(expected.filter((count) => count > from));
      }),
    );
  });
});

describe("a position", () => {
  it("is the same after it was text, and orders as Redis Streams order their ids", () => {
    const number = fc.nat({ max: 999_999_999_999_999 });
    const position = fc.record({ fence: number, count: number });
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(parsePosition(positionText(a))).toEqual(a);
        const compared = BigInt(a.fence) * 2n ** 64n + BigInt(a.count) > BigInt(b.fence) * 2n ** 64n + BigInt(b.count);
        expect(isAfter(a, b)).toBe(compared);
      }),
    );
  });

  it("is never read from any other text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const position = parsePosition(text);
        if (position) expect(positionText(position)).toBe(text.replace(/^0+(?=\d)|(?<=-)0+(?=\d)/g, ""));
      }),
    );
  });
});
