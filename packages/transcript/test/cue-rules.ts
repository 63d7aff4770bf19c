import type { Cue } from "../src/cues/cues.ts";

/** The promises about a cue; `null` if the next cue of its channel leaves no room for it. */
export const cueRules: Readonly<Record<string, (cue: Cue, next: Cue | undefined) => boolean | null>> = {
  "at most 2 lines": ({ lines }) => lines.length > 0 && lines.length <= 2,
  "at most 42 characters a line": ({ lines }) => lines.every((line) => line.length <= 42 && line.trim() !== ""),
  "at least 1 s": (cue, next) => length(cue) >= 1000 || unlessFollowed(cue, next),
  "at most 7 s": (cue) => length(cue) <= 7000,
  "at most 17 characters a second": (cue, next) => {
    const speed = cue.lines.join(" ").length / (length(cue) / 1000);
    return speed <= 17.05 || unlessFollowed(cue, next);
  },
  "no overlap in its channel": (cue, next) => next === undefined || next.start >= cue.end,
};

function length({ start, end }: Cue): number {
  return end - start;
}

function unlessFollowed(cue: Cue, next: Cue | undefined): false | null {
  return next !== undefined && next.start - cue.end <= 1 ? null : false;
}

/** How many cues keep each rule, break it for lack of room, and break it without a reason. */
export function countRules(cues: readonly Cue[]): Record<string, { kept: number; noRoom: number; broken: number }> {
  return Object.fromEntries(
    Object.entries(cueRules).map(([rule, holds]) => {
      const results = cues.map((cue, i) => {
        const next = cues.slice(i + 1).find(({ channel }) => channel === cue.channel);
        return holds(cue, next);
      });
      const count = (wanted: boolean | null) => results.filter((result) => result === wanted).length;
      return [rule, { kept: count(true), noRoom: count(null), broken: count(false) }];
    }),
  );
}
