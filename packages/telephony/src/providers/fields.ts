import * as v from "valibot";
import type { TrackName } from "../call.ts";

/** A count that some providers write as a text; absent if it is neither. */
export const count = v.fallback(
  v.optional(
    v.pipe(
      v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number))]),
      v.safeInteger(),
      v.minValue(0),
    ),
  ),
  undefined,
);

/** A text; absent if it is none. */
export const text = v.fallback(v.optional(v.string()), undefined);

/** A rate in Hz that a phone call has. */
export const rate = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(8_000),
  v.maxValue(48_000),
);

/** "inbound" or "inbound_track". */
export const track = v.pipe(
  v.picklist(["inbound", "outbound", "inbound_track", "outbound_track"]),
  v.transform((name): TrackName => (name.startsWith("inbound") ? "inbound" : "outbound")),
);

export const tracks = v.fallback(v.array(track), []);

export const digit = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Da-d*#]$/),
  v.transform((key) => key.toUpperCase()),
);

/** Base64 that is not empty, as bytes. */
export const payload = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return Uint8Array.from(atob(dataset.value), (char) => char.charCodeAt(0));
    } catch {
      addIssue({ message: "Expected base64" });
      return NEVER;
    }
  }),
);

/** Those entries of an object that are texts. */
export const parameters = v.fallback(
  v.pipe(
    v.looseObject({}),
    v.transform((given) =>
      Object.fromEntries(
        Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
      ),
    ),
  ),
  {},
);

/** Why a message is not what a schema wants: the first field, and what was expected. */
export function explain(event: string, issues: readonly v.BaseIssue<unknown>[]): string {
  const [issue] = issues;
  const path = issue && v.getDotPath(issue);
  return `A ${JSON.stringify(event)} message${path ? `: ${path}` : ""}: ${issue?.message ?? "not as expected"}`;
}
