import { attempt } from "../errors/attempt.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import { notOneOf } from "./closed-set.ts";
import { type Expected, isObject } from "./expected.ts";
import { nearestName } from "./nearest-name.ts";

/** Options whose values are never shown. */
export const secretOptions = ["apiKey", "token", "webhookAuthHeaderValue"] as const;

/** One line for each value that does not fit, and each unknown name. Empty if everything is valid. */
export function findProblems(options: unknown, known: Readonly<Record<string, Expected>>, path = ""): string[] {
  if (!isObject(options)) return [];
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const expected = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!expected) {
      const near = nearestName(name, Object.keys(known));
      return `${path}${name}: unknown option.${near ? ` Did you mean ${near}?` : ""}`;
    }
    return expected.fits(value) ? [] : `${path}${name}: ${refusal(name, value, expected)}.`;
  });
}

/** @throws StreamingError `invalid-options` if there are problems. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new StreamingError("invalid-options", problems.join("\n"));
}

function refusal(name: string, value: unknown, { what, values }: Expected): string {
  const reason = values ? notOneOf(value, values) : `Expected ${what}`;
  if (!secretOptions.some((option) => option === name)) return `${show(value)} is not valid. ${reason}`;
  return typeof value === "string" ? reason : `cannot be a ${typeof value}`;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  // What JSON leaves out is undefined: a toJSON may return that.
  const shown = typeof value === "object" ? attempt(() => JSON.stringify(value) ?? "The value") : String(value);
  return (shown ?? "The object").slice(0, 80);
}
