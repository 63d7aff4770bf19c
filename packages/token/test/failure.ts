import { inspect } from "node:util";
import { TokenError } from "../src/index.ts";

/** The `TokenError` that a promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<TokenError> {
  const outcome = await promise.then(
    (value) => new Error(`It resolved with ${JSON.stringify(value)}.`),
    (error: unknown) => error,
  );
  if (outcome instanceof TokenError) return outcome;
  throw new Error("The promise did not reject with a TokenError.", { cause: outcome });
}

/** Everything that a log could show of an error. */
export function everythingIn(error: Error): string {
  const properties = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true });
  const cause = error.cause instanceof Error ? everythingIn(error.cause) : inspect(error.cause);
  return [properties, error.message, error.stack, JSON.stringify(error), String(error), cause].join("\n");
}
