import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../log/entry.ts";
import { positionText } from "../../log/position.ts";
import { metaText, readRange, readStreams } from "./entry-fields.ts";
import { keysOf } from "./keys.ts";

const position = fc.record({ fence: fc.nat(2e12), count: fc.nat(1e9) });
const entry: fc.Arbitrary<Entry> = fc.record({
  position,
  key: fc.string(),
  kept: fc.boolean(),
  session: position,
  clock: fc.record({ origin: fc.nat(2e12), base: fc.nat(1e9), time: fc.nat(1e9) }),
  data: fc.string({ unit: "binary" }).map((transcript) => JSON.stringify({ type: "Turn", transcript })),
});

describe("an entry in a stream", () => {
  it("comes out as it went in", () => {
    fc.assert(
      fc.property(entry, fc.option(position, { nil: undefined }), (own, previous) => {
        const reply = [[positionText(own.position), ["m", metaText(own, previous), "d", own.data]]];
        expect(readRange(reply)).toEqual([{ entry: own, previous }]);
        expect(readStreams([["key", reply]])).toEqual([{ key: "key", stored: [{ entry: own, previous }] }]);
      }),
    );
  });

  it("is left out if somebody else wrote it, and for any reply, reading it does not throw", () => {
    fc.assert(
      fc.property(fc.anything(), (reply) => {
        expect(Array.isArray(readRange(reply))).toBe(true);
        expect(Array.isArray(readStreams(reply))).toBe(true);
      }),
    );
    const meta = '{"k":"a","f":1,"s":"1-0","o":0,"b":0,"t":0}';
    const left = (data: unknown, m: unknown = meta) => readRange([["1-1", ["m", m, "d", data]]]);
    expect(left('{"type":"Turn"}')).toHaveLength(1);
    for (const data of ['{"type":"Turn"}\n\ndata: {}', '{"type":\r"Turn"}', "{", "7", "null", "{}", undefined])
      expect(left(data)).toEqual([]);
    for (const m of ["{", "null", '{"k":"a"}', '{"s":"1-0"}', null]) expect(left('{"type":"Turn"}', m)).toEqual([]);
  });
});

it("no two rooms share a key, and one room's keys are in one slot of a cluster", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Surrogate}/u.test(text));
  const withSeparators = fc.stringMatching(/^[a{}:%/*?\\[\] \n]{1,8}$/);
  const room = fc.oneof(name, withSeparators);
  fc.assert(
    fc.property(room, room, (a, b) => {
      const [first, second] = [keysOf("p", a), keysOf("p", b)].map((keys) => Object.values(keys));
      const shared = first?.filter((key) => second?.includes(key));
      expect(shared).toHaveLength(a === b ? 3 : 0);
      expect(new Set(first?.map((key) => /\{([^}]*)\}/.exec(key)?.[1])).size).toBe(1);
    }),
  );
});
