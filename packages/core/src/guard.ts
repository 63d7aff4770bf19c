import type { GenericSchema } from "valibot";

export type Guard<T> = (value: unknown) => value is T;
type Check = (value: unknown) => boolean;

/**
 * A type guard compiled from a valibot schema. Valibot copies what it validates and explains what is wrong; a message
 * that is right needs neither, and costs a few property reads instead.
 *
 * Knows the schemas that messages use: object, array, literal, string, number, boolean, unknown, nullish.
 */
export function compileGuard<T>(schema: GenericSchema<unknown, T>): Guard<T> {
  const check = compile(schema);
  return (value): value is T => check(value);
}

function compile(schema: object): Check {
  const kind = kindOf(schema);
  if (isPrimitive(kind)) return (value) => typeof value === kind;
  switch (kind) {
    case "unknown":
      return () => true;
    case "literal": {
      const literal: unknown = Reflect.get(schema, "literal");
      return (value) => value === literal;
    }
    case "nullish": {
      const inner = compile(part(schema, "wrapped"));
      return (value) => value === undefined || value === null || inner(value);
    }
    case "array": {
      const item = compile(part(schema, "item"));
      return (value) => {
        if (!Array.isArray(value)) return false;
        for (let i = 0; i < value.length; i++) if (!item(value[i])) return false;
        return true;
      };
    }
    case "object":
      return compileObject(part(schema, "entries"));
    default:
      throw new TypeError(`No guard for a schema of type "${kind}"`);
  }
}

/** `kind` is what `typeof` says of a value that needs no further check. */
type Field = readonly [key: string, kind: unknown, check: Check];

/**
 * Messages of one type come with the same keys in the same order, so the order last seen is tried first: walking an
 * object's own keys is several times cheaper than looking up each key of the schema, absent ones above all.
 */
function compileObject(entries: object): Check {
  const fields = new Map<string, Field>();
  for (const key of Object.keys(entries)) {
    const entry = part(entries, key);
    const kind = kindOf(entry);
    fields.set(key, [key, isPrimitive(kind) ? kind : undefined, compile(entry)]);
  }
  let layout: readonly Field[] | undefined;

  const learn = (value: Record<string, unknown>): boolean => {
    for (const [key, , check] of fields.values()) if (!check(value[key])) return false;
    layout = Object.keys(value).map((key) => fields.get(key) ?? [key, undefined, () => true]);
    return true;
  };

  return (value) => {
    if (!isRecord(value)) return false;
    let i = 0;
    for (const key in value) {
      const field = layout?.[i++];
      if (field === undefined || field[0] !== key) return learn(value);
      const item = value[key];
      if (typeof item !== field[1] && !field[2](item)) return false;
    }
    return i === layout?.length || learn(value);
  };
}

function isPrimitive(kind: unknown): boolean {
  return kind === "string" || kind === "number" || kind === "boolean";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function kindOf(schema: object): unknown {
  return Reflect.get(schema, "type");
}

function part(schema: object, key: string): object {
  const value: unknown = Reflect.get(schema, key);
  if (typeof value !== "object" || value === null) throw new TypeError(`A schema without "${key}"`);
  return value;
}
