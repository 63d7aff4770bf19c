import { nearestName } from "./nearest-name.ts";

/** Names that other services and libraries use for an encoding. */
const aliases: Readonly<Record<string, string>> = {
  l16: "pcm_s16le",
  linear16: "pcm_s16le",
  lpcm: "pcm_s16le",
  pcm: "pcm_s16le",
  pcm16: "pcm_s16le",
  wav: "pcm_s16le",
  g711: "pcm_mulaw",
  pcmu: "pcm_mulaw",
  ogg: "ogg_opus",
  adts: "aac",
  mp4a: "aac",
};

/** Explains that a value is not in a closed set, and suggests the one that was most likely meant. */
export function notOneOf(value: unknown, known: readonly string[]): string {
  const meant = typeof value === "string" ? nearestValue(value, known) : undefined;
  const list = known.map((one) => JSON.stringify(one)).join(", ");
  return `${meant === undefined ? "" : `Did you mean ${JSON.stringify(meant)}? `}Known values: ${list}`;
}

function nearestValue(value: string, known: readonly string[]): string | undefined {
  const given = fold(value);
  const alias = Object.hasOwn(aliases, given) ? aliases[given] : undefined;
  if (alias !== undefined && known.includes(alias)) return alias;
  const part = given.length < 3 ? undefined : known.find((one) => fold(one).includes(given));
  // Short words are always similar.
  return part ?? (given.length > 4 ? nearestName(value, known) : undefined);
}

/** `MU-LAW` is a part of `pcm_mulaw`. */
function fold(value: string): string {
  return value
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\u03bc/g, "mu")
    .replace(/[^a-z0-9]/g, "");
}
