import type { EngineWord } from "../engines/engine.ts";
import type { Parameters } from "../session/parameters.ts";

/** Unmistakable ones only; a script marks others with `profane`. The service's own list is not known. */
const profanities = new Set([
  "asshole",
  "bastard",
  "bitch",
  "bullshit",
  "cunt",
  "fuck",
  "fucking",
  "motherfucker",
  "shit",
]);

/**
 * Words as a turn may show them. `filter_profanity` masks in partial and in final turns; `redact_pii` in final turns
 * only, and only what the engine says is personal, in a policy that was asked for.
 */
export function masked<Word extends EngineWord>(
  words: readonly Word[],
  final: boolean,
  parameters: Parameters,
): readonly Word[] {
  const { filter_profanity: filter, redact_pii: redact } = parameters;
  if (!filter && !(redact && final)) return words;
  return words.map((word) => {
    const text = redact && final ? redacted(word, parameters) : word.text;
    if (text !== word.text) return { ...word, text };
    return filter && isProfane(word) ? { ...word, text: starred(text) } : word;
  });
}

function isProfane({ text, profane }: EngineWord): boolean {
  return profane ?? profanities.has(letters.exec(text)?.[0].toLowerCase() ?? "");
}

/** The first run of letters: what an apostrophe or a mark follows. */
const letters = /\p{L}+/u;

/** "Shit's" as "S***'s". */
function starred(text: string): string {
  return text.replace(letters, ([first = "", ...rest]) => first + "*".repeat(rest.length));
}

/** "Sonny." as "#####." or, for `entity_name`, "[PERSON_NAME]." */
function redacted(
  { text, pii }: EngineWord,
  { redact_pii_policies: policies, redact_pii_sub: sub }: Parameters,
): string {
  if (pii === undefined || (policies !== undefined && !policies.includes(pii))) return text;
  const [core = ""] = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/u.exec(text) ?? [];
  const instead = sub === "entity_name" ? `[${pii.toUpperCase()}]` : core.replace(/[\p{L}\p{N}]/gu, "#");
  return text.replace(core, () => instead);
}
