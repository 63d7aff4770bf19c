import * as v from "valibot";
import { EmulatorError } from "../emulator-error.ts";
import type { Fault, SessionAction, SessionChoice } from "./fault.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const duration = v.pipe(v.number(), v.finite(), v.minValue(0));
const httpStatus = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599));
const closeCode = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(65_535),
  v.check((code) => code !== 1_006, 'Close code 1006 means that there is no close frame: use "drop"'),
);

/** Headers that say how a body is sent. The server sets them: another value would make an invalid answer. */
const framingHeaders = new Set([
  "connection",
  "content-length",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "keep-alive",
]);

/** Valid HTTP headers. */
const headers = v.record(
  v.pipe(
    v.string(),
    v.regex(/^[\w!#$%&'*+.^`|~-]+$/, "A header's name has letters, digits and dashes"),
    v.check((name) => !framingHeaders.has(name.toLowerCase()), "A fault cannot set how the answer is sent"),
  ),
  v.pipe(v.string(), v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, "A header's value has no line breaks, and is Latin-1")),
);

const sendable = v.pipe(
  v.unknown(),
  v.check((value) => jsonOf(value) !== undefined, "This cannot be sent as JSON"),
);

const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const moment = v.union([
  v.picklist(["open", "begin", "partial", "final", "terminate"]),
  v.strictObject({ partials: count }),
  v.strictObject({ finals: count }),
  v.strictObject({ audioMs: duration }),
  v.strictObject({ messages: count }),
  v.strictObject({ afterMs: duration }),
  v.strictObject({ chance: probability, seed: v.exactOptional(v.number()) }),
]);

const handshakeAction = v.union([
  v.picklist(["hang", "drop", "reset"]),
  v.strictObject({
    refuse: httpStatus,
    body: v.exactOptional(v.string()),
    headers: v.exactOptional(headers),
  }),
  v.strictObject({ delay: duration }),
]);

const sessionAction = v.union([
  v.picklist([
    "drop",
    "reset",
    "hang",
    "stall",
    "half-open",
    "no-termination",
    "refuse-used-token",
    "too-many-sessions",
    "duplicate-final",
    "unknown-fields",
    "invalid-json",
    "unknown-message",
    "schema-violation",
    "expire",
  ]),
  v.strictObject({ close: closeCode, reason: v.exactOptional(v.pipe(v.string(), v.maxBytes(123))) }),
  v.strictObject({
    // Also the code of the close frame, by default.
    error: closeCode,
    text: v.exactOptional(v.string()),
    typed: v.exactOptional(v.boolean()),
    close: v.exactOptional(v.union([v.boolean(), closeCode])),
  }),
  v.strictObject({ send: sendable }),
  v.strictObject({ delay: duration }),
  v.strictObject({ stall: duration }),
  v.strictObject({ drip: count, everyMs: duration }),
]);

const predicate = v.custom<SessionChoice>(
  (value) => typeof value === "function",
  "Expected a session's index or a function",
);

const odds = {
  times: v.exactOptional(count),
  chance: v.exactOptional(probability),
  seed: v.exactOptional(v.number()),
};

const scope = {
  ...odds,
  session: v.exactOptional(v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), predicate])),
};

const fault: v.GenericSchema<unknown, Fault> = v.union([
  v.strictObject({ ...scope, when: v.literal("connect"), do: handshakeAction }),
  v.strictObject({ ...odds, when: v.literal("token"), do: handshakeAction }),
  v.pipe(
    v.strictObject({ ...scope, when: moment, do: sessionAction }),
    v.check((entry) => entry.do !== "refuse-used-token" || entry.when === "open", 'A token is checked at "open" only'),
  ),
]);

/**
 * Validates an action from an untyped source.
 *
 * @throws EmulatorError `invalid-options`
 */
export function checkAction(action: unknown): SessionAction {
  const result = v.safeParse(sessionAction, action);
  if (result.success) return result.output;
  const { message } = deepest(result.issues[0]);
  throw new EmulatorError("invalid-options", `${shown(action)} is not a valid action: ${message}.`);
}

/**
 * Validates faults from an untyped source.
 *
 * @throws EmulatorError `invalid-options`, with the fault and what is wrong with it
 */
export function checkFaults(faults: unknown): Fault[] {
  if (!Array.isArray(faults)) throw new EmulatorError("invalid-options", "`faults` must be a list of faults.");
  return faults.map((entry: unknown, index) => {
    const result = v.safeParse(fault, entry);
    if (result.success) return result.output;
    const issue = deepest(result.issues[0]);
    const at = v.getDotPath(issue);
    throw new EmulatorError(
      "invalid-options",
      `Fault ${index}, ${shown(entry)}, is not a fault${at === null ? "" : ` at \`${at}\``}: ${issue.message}.`,
    );
  });
}

/** `undefined` if a value has no JSON, is nested too deeply, or contains itself. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

const longestShown = 200;

function shown(value: unknown): string {
  const json = jsonOf(value) ?? "a value without JSON";
  return json.length > longestShown ? `${json.slice(0, longestShown)}…` : json;
}

/** A union's issue says little; the alternative that matched furthest says what is wrong. */
function deepest(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> {
  const inner = (issue.issues ?? []).map(deepest);
  return inner.reduce((best, next) => (depth(next) > depth(best) ? next : best), issue);
}

function depth(issue: v.BaseIssue<unknown>): number {
  return (issue.path?.length ?? 0) * 2 + (issue.kind === "validation" ? 1 : 0);
}
