import { joined } from "../text/align.ts";
import { memo } from "./memo.ts";
import type { Turn } from "./turn.ts";

/**
 * Turns in order, in chunks. A list never changes; a changed copy shares all chunks without a change, so that adding a turn costs
 * the same in a long list as in a short one.
 */
export type TurnList = readonly (readonly Turn[])[];

/** Lists of lists, so that what is computed of an unchanged list is reused in those that contain it. */
type Nested<T> = readonly (T | Nested<T>)[];

const chunkSize = 256;

/** All turns as one array, the same on every call. The first call costs in proportion to the list. */
export const toArray = /* @__PURE__ */ memo((list: TurnList): readonly Turn[] => Object.freeze(list.flat()));

export function findTurn(list: TurnList, order: number): Turn | undefined {
  return placeOf(list, order).known;
}

/** The list with the turn in its place, replacing one of the same order. */
export function putTurn(list: TurnList, turn: Turn): TurnList {
  const { at, chunk, place, known } = placeOf(list, turn.order);
  if (known === turn) return list;
  return place < chunkSize || place < chunk.length
    ? list.toSpliced(at, 1, chunk.toSpliced(place, known ? 1 : 0, turn))
    : list.toSpliced(at + 1, 0, [turn]);
}

export function withoutFirst([first = [], ...others]: TurnList): TurnList {
  return first.length > 1 ? [first.slice(1), ...others] : others;
}

/** Where an order is in a list, or belongs. Most are near the end. */
function placeOf(list: TurnList, order: number) {
  const at = Math.max(
    0,
    list.findLastIndex(([first]) => first && first.order <= order),
  );
  const chunk = list[at] ?? [];
  const place = chunk.findLastIndex((turn) => turn.order < order) + 1;
  const turn = chunk[place];
  return { at, chunk, place, known: turn?.order === order ? turn : undefined };
}

/** The texts, joined. */
export const textOfAll: (items: Nested<{ readonly text: string }>) => string = /* @__PURE__ */ memo((items) =>
  joined(items.map((item) => ("text" in item ? item.text : textOfAll(item)))),
);

/** In order of appearance. */
export const speakersOfAll: (turns: Nested<Turn>) => readonly string[] = /* @__PURE__ */ memo((turns) => [
  ...new Set(
    turns.flatMap((item) =>
      "words" in item ? [...item.words, item].flatMap(({ speaker }) => speaker ?? []) : speakersOfAll(item),
    ),
  ),
]);
