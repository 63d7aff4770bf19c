import { RelayError } from "./relay-error.ts";

/** In UTF-16 code units. */
const longestName = 256;

/** Why a text cannot be the name of a room; undefined if it can. Any well-formed text can, with any characters. */
export function roomFault(name: unknown): string | undefined {
  if (typeof name !== "string") return `is of type ${typeof name}`;
  if (name === "") return "is empty";
  if (name.length > longestName) return `has ${name.length} characters, and at most ${longestName} are possible`;
  // Two names with lone surrogates would be the same one in UTF-8.
  if (/\p{Surrogate}/u.test(name)) return "is not well-formed text: it has half of a surrogate pair";
  return undefined;
}

export function checkRoom(name: string): void {
  const fault = roomFault(name);
  if (fault === undefined) return;
  throw new RelayError("invalid-room", `The room's name ${fault}.`, { remedy: "Use a text of 1 to 256 characters." });
}
