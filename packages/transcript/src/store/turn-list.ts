import { joined } from "../text/align.ts";
import { memo } from "./memo.ts";
import type { Turn } from "./turn.ts";

/**
 * Turns in order, in chunks. A list never changes; a changed copy shares all chunks without a change, so that adding a turn costs
 * the same in a long list as in a short one.
 */
export type TurnList = readonly Chunk[];
type Chunk = readonly Turn[];

const chunkSize = 256;

/** All turns as one array, the same on every call. The first call costs in proportion to the list. */
export const toArray = /* @__PURE__ */ memo((list: TurnList): readonly Turn[] => Object.freeze(list.flat()));

export function fromArray(turns: readonly Turn[]): TurnList {
  return turns.reduce(putTurn, []);
}

export function findTurn(list: TurnList, order: number): Turn | undefined {
  const { chunk, place } = placeOf(list, order);
  const turn = chunk[place];
  return turn?.order === order ? turn : undefined;
}

/** The list with the turn in its place, replacing one of the same order. */
export function putTurn(list: TurnList, turn: Turn): TurnList {
  const { at, chunk, place } = placeOf(list, turn.order);
  const isKnown = chunk[place]?.order === turn.order;
  const next = place + 1;
  if (!isKnown && next === chunk.length && next >= chunkSize) return splice(list, at + 1, at + 1, [turn]);
  return splice(list, at, at + 1, splice(chunk, isKnown ? place : next, next, turn));
}

export function withoutFirst([first = [], ...others]: TurnList): TurnList {
  return first.length > 1 ? [first.slice(1), ...others] : others;
}

export function textOfList(list: TurnList): string {
  return list.map(textOfChunk).reduce(joined, "");
}

export function joinTexts(turns: readonly { readonly text: string }[]): string {
  return turns.reduce((text, turn) => joined(text, turn.text), "");
}

/** In order of appearance. */
export function speakersOfList(list: TurnList): string[] {
  return list.flatMap((chunk) => [...speakersOfChunk(chunk)]);
}

/** In order of appearance, each as often as it speaks. */
export function speakersOf(turns: readonly Turn[]): string[] {
  return turns.flatMap((turn) => [...turn.words, turn].flatMap(({ speaker }) => speaker ?? []));
}

const textOfChunk = /* @__PURE__ */ memo(joinTexts);
const speakersOfChunk = /* @__PURE__ */ memo((chunk: Chunk) => new Set(speakersOf(chunk)));

/** The chunk in which an order belongs, and its last turn up to that order: -1 if there is none. Most orders are near the end. */
function placeOf(list: TurnList, order: number) {
  let at = list.length - 1;
  while (at > 0 && isAfter(list[at]?.[0], order)) at--;
  const chunk = list[at] ?? [];
  let place = chunk.length - 1;
  while (isAfter(chunk[place], order)) place--;
  return { at, chunk, place };
}

function isAfter(turn: Turn | undefined, order: number): boolean {
  return turn !== undefined && turn.order > order;
}

/** A copy with `item` in place of those from `start` up to `end`. */
function splice<T>(items: readonly T[], start: number, end: number, item: T): T[] {
  const copy = items.slice();
  copy.splice(start, end - start, item);
  return copy;
}
