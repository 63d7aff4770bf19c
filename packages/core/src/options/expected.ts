/** What a value has to be, and the check for it. */
export interface Expected<T = unknown> {
  /** In words that complete "Expected …". */
  readonly what: string;
  readonly fits: (value: unknown) => value is T;
  /** A closed set. */
  readonly values?: readonly string[];
}

export const text = expected("a string", (value): value is string => typeof value === "string");
export const flag = expected("true or false", (value): value is boolean => typeof value === "boolean");
/** Of any length, or of at most `most` entries. */
export const texts = (most?: number) =>
  expected(
    most === undefined ? "a list of strings" : `a list of at most ${most} strings`,
    (value): value is string[] =>
      Array.isArray(value) && value.every(text.fits) && value.length <= (most ?? value.length),
  );

export function expected<T>(what: string, fits: (value: unknown) => value is T): Expected<T> {
  return { what, fits };
}

export function textUpTo(most: number): Expected<string> {
  return expected(
    `a string of at most ${most} characters`,
    (value): value is string => text.fits(value) && value.length <= most,
  );
}

/** Any number from `least` to `most`, both included. */
export function numberFrom(least: number, most = Number.POSITIVE_INFINITY): Expected<number> {
  return expected(
    `a number ${range(least, most)}`,
    (value): value is number => typeof value === "number" && value >= least && value <= most,
  );
}

/** The same for whole numbers. */
export function wholeFrom(least: number, most = Number.POSITIVE_INFINITY): Expected<number> {
  return expected(
    `a whole number ${range(least, most)}`,
    (value): value is number => typeof value === "number" && Number.isInteger(value) && value >= least && value <= most,
  );
}

export function oneOf<const Value extends string>(values: readonly Value[]): Expected<Value> {
  return {
    what: `one of ${values.join(", ")}`,
    fits: (value): value is Value => values.some((known) => known === value),
    values,
  };
}

/** Anything with properties, lists included, but not functions. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function range(least: number, most: number): string {
  return most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
}
