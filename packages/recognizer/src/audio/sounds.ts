import { bareWord } from "../reading/align-words.ts";

/** Kinds of sounds that can be distinguished by loudness and brightness alone. */
export type SoundKind = "vowel" | "sonorant" | "sibilant" | "fricative" | "stop";

/** A sound of a word: its kind and how long it takes at an ordinary pace, in ms. */
export interface Sound {
  readonly kind: SoundKind;
  readonly ms: number;
}

const durations: Record<SoundKind, number> = { vowel: 85, sonorant: 60, sibilant: 95, fricative: 65, stop: 65 };
const longVowel = 130;
const hurriedPace = 0.6;
/** People draw out the end of a phrase. */
const lastPace = 1.5;

/** Words that people hurry over. */
const hurriedWords = new Set(
  "a an the of to and in on at is it was as for or but be by from that this with we he me you i your his her my are were can do had has have will would".split(
    " ",
  ),
);

/** English spelling to kinds of sounds, roughly: the first match applies. */
const spellings: readonly (readonly [RegExp, readonly (SoundKind | "long")[]])[] = [
  [/^(?:igh|ough|augh|eigh)/, ["long"]],
  [/^(?:tch|ch|sh|j|ge(?![a-z])|dge?)(?=.)?/, ["stop", "sibilant"]],
  [/^(?:th|ph|gh|f+|v+|h)/, ["fricative"]],
  [/^(?:tion|sion)/, ["sibilant", "vowel", "sonorant"]],
  [/^qu/, ["stop", "sonorant"]],
  [/^x/, ["stop", "sibilant"]],
  [/^(?:ss+|sc(?=[eiy])|s|zz+|z|c(?=[eiy]))/, ["sibilant"]],
  [/^(?:kn|wr|wh|ng|ll+|rr+|mm+|nn+|[lrmnw])/, ["sonorant"]],
  [/^y(?=[aeiou])/, ["sonorant"]],
  [/^(?:ck|bb+|dd+|gg+|pp+|tt+|cc+|[bcdgkpqt])/, ["stop"]],
  [/^(?:ee|ea|ai|ay|oa|oo|ou|ow|oi|oy|ie|ey|au|aw|ue|ui|ew)/, ["long"]],
  [/^[aeiouy]/, ["vowel"]],
  [/^\d/, ["stop", "long", "sonorant"]],
];

/** The sounds of a written word; at least one. `last`: a pause is likely to follow. */
export function soundsOf(text: string, last: boolean): Sound[] {
  const word = bareWord(text).replace(/'/g, "");
  const pace = hurriedWords.has(word) ? hurriedPace : 1;
  const kinds = kindsOf(silentEnd(word));
  const lastVowel = kinds.findLastIndex((kind) => kind === "vowel" || kind === "long");
  const sounds = kinds.map((kind, i) => ({
    kind: kind === "long" ? ("vowel" as const) : kind,
    ms: (kind === "long" ? longVowel : durations[kind]) * pace * (last && i >= lastVowel ? lastPace : 1),
  }));
  return sounds.length > 0 ? sounds : [{ kind: "vowel", ms: longVowel }];
}

function kindsOf(word: string): (SoundKind | "long")[] {
  const kinds: (SoundKind | "long")[] = [];
  let rest = word;
  while (rest !== "") {
    const spelling = spellings
      .map(([pattern, sounds]) => ({
        sounds,
        length: pattern.exec(rest)?.[0].length ?? 0,
      }))
      .find(({ length }) => length > 0);
    kinds.push(...(spelling?.sounds ?? []));
    rest = rest.slice(spelling?.length ?? 1);
  }
  return kinds;
}

/** "plate", "walked", "homes": a silent `e` near the end. */
function silentEnd(word: string): string {
  return word.replace(/(?<=[aeiouy].*[^aeiouytd])ed$/, "d").replace(/(?<=[aeiouy].*[^aeiouy])e$/, "");
}
