import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { wireSamples } from "../test/wire-samples.ts";
import { compileGuard } from "./guard.ts";
import { schemas } from "./messages.ts";

const guards = Object.entries(schemas).map(([type, schema]) => ({
  type,
  schema,
  guard: compileGuard<unknown>(schema),
}));

/** A copy of `value` with one place, chosen by `path`, changed by `change`. */
function mutated(value: unknown, path: readonly number[], change: unknown): unknown {
  const [step, ...rest] = path;
  if (typeof value !== "object" || value === null || step === undefined) return change;
  const keys = Object.keys(value);
  const key = keys[step % (keys.length + 1)];
  if (key === undefined) return Array.isArray(value) ? [...value, change] : { ...value, added: change };
  const copy: unknown = Array.isArray(value) ? [...value] : { ...value };
  if (typeof copy !== "object" || copy === null) return change;
  if (change === undefined) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, key, mutated(Reflect.get(value, key), rest, change));
  return copy;
}

function shuffled(value: object, order: readonly number[]): object {
  const entries = Object.entries(value).map((entry, i) => ({ entry, at: order[i] ?? 0 }));
  return Object.fromEntries(entries.sort((a, b) => a.at - b.at).map(({ entry }) => entry));
}

const json = fc.jsonValue({ maxDepth: 2 });
const change = fc.oneof(json, fc.constant(undefined), fc.constantFrom(null, "", 0, -1, true, [], {}));
const mutation = fc.tuple(fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }), change);

describe.each(guards)("the guard of $type", ({ type, schema, guard }) => {
  const sample = wireSamples[type] ?? {};

  test("takes the sample, in any order of its keys, again and again", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), (order) => {
        expect(guard(shuffled(sample, order))).toBe(true);
        expect(guard(sample)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test("agrees with valibot on every mutation of it", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 2 }), (mutations) => {
        const value = mutations.reduce((before: unknown, [path, to]) => mutated(before, path, to), sample);
        expect(guard(value)).toBe(v.safeParse(schema, value).success);
      }),
      { numRuns: 400 },
    );
  });

  test("changes nothing in what it reads", () => {
    const value = structuredClone(sample);
    guard(value);
    expect(value).toEqual(sample);
  });
});

describe("a guard", () => {
  const guard = compileGuard(v.object({ a: v.number(), b: v.nullish(v.string()), c: v.array(v.boolean()) }));

  test("refuses a wrong value after it learnt the layout of a right one", () => {
    expect(guard({ a: 1, c: [true], extra: 1 })).toBe(true);
    expect(guard({ a: "1", c: [true], extra: 1 })).toBe(false);
    expect(guard({ a: 1, c: [true, 0], extra: 1 })).toBe(false);
    expect(guard({ a: 1, extra: 1 })).toBe(false);
    expect(guard({ a: 1, c: [] })).toBe(true);
  });

  test("does not learn from a wrong value", () => {
    const strict = compileGuard(v.object({ a: v.number() }));
    expect(strict({ b: 1 })).toBe(false);
    expect(strict({ b: 1 })).toBe(false);
  });

  test.each([undefined, null, 0, "", "text", true])("refuses %j where an object is due", (value) => {
    expect(guard(value)).toBe(false);
  });

  test("says which schema it cannot be compiled from", () => {
    expect(() => compileGuard(v.object({ when: v.date() }))).toThrow('No guard for a schema of type "date"');
  });
});

test("the first value a guard ever sees may be an empty object, and is refused like any other", () => {
  expect(compileGuard(v.object({ name: v.string() }))({})).toBe(false);
});
