import { joined } from "../text/align.ts";
import type { Turn } from "./turn.ts";

/**
 * Turns in order. A list never changes; a changed copy shares all chunks without a change, and the newest turns are separate,
 * so that adding a turn costs the same in a long list as in a short one.
 */
export interface TurnList {
  readonly chunks: readonly Chunk[];
  readonly tail: Chunk;
}

/** Text and speakers are computed when they are first read. */
interface Chunk {
  readonly turns: readonly Turn[];
  text?: string;
  speakers?: ReadonlySet<string>;
}

const chunkSize = 128;
const arrays = new WeakMap<TurnList, readonly Turn[]>();

/** All turns as one array, the same on every call. The first call costs in proportion to the list. */
export function toArray(list: TurnList): readonly Turn[] {
  const known = arrays.get(list);
  if (known) return known;
  const none: readonly Turn[] = [];
  const array = Object.freeze(none.concat(...list.chunks.map((chunk) => chunk.turns), list.tail.turns));
  arrays.set(list, array);
  return array;
}

export function fromArray(turns: readonly Turn[]): TurnList {
  const chunks: Chunk[] = [];
  let at = 0;
  for (; turns.length - at > chunkSize; at += chunkSize) chunks.push({ turns: turns.slice(at, at + chunkSize) });
  return { chunks, tail: { turns: turns.slice(at) } };
}

export function firstTurn({ chunks, tail }: TurnList): Turn | undefined {
  return (chunks[0] ?? tail).turns[0];
}

export function findTurn(list: TurnList, order: number): Turn | undefined {
  const turns = chunkOf(list, order).turns;
  const turn = turns[lastAtMost(turns, order)];
  return turn?.order === order ? turn : undefined;
}

/** The list with the turn in its place, replacing one of the same order. */
export function putTurn(list: TurnList, turn: Turn): TurnList {
  const { chunks, tail } = list;
  const chunk = chunkOf(list, turn.order);
  const { turns } = chunk;
  const at = lastAtMost(turns, turn.order);
  if (chunk === tail && turns.length >= chunkSize && at === turns.length - 1 && turns[at]?.order !== turn.order)
    return { chunks: [...chunks, tail], tail: { turns: [turn] } };
  const copy = turns.slice();
  if (turns[at]?.order === turn.order) copy[at] = turn;
  else copy.splice(at + 1, 0, turn);
  const changed: Chunk = { turns: copy };
  if (chunk === tail) return { chunks, tail: changed };
  return { chunks: chunks.map((other) => (other === chunk ? changed : other)), tail };
}

export function withoutFirst({ chunks, tail }: TurnList): TurnList {
  const [first, ...others] = chunks;
  if (!first) return { chunks, tail: { turns: tail.turns.slice(1) } };
  const turns = first.turns.slice(1);
  return { chunks: turns.length > 0 ? [{ turns }, ...others] : others, tail };
}

export function textOfList({ chunks, tail }: TurnList): string {
  return [...chunks, tail].reduce((text, chunk) => {
    chunk.text ??= joinTexts(chunk.turns);
    return joined(text, chunk.text);
  }, "");
}

export function joinTexts(turns: readonly Turn[]): string {
  return turns.reduce((text, turn) => joined(text, turn.text), "");
}

/** In order of appearance. */
export function speakersOfList({ chunks, tail }: TurnList): string[] {
  return [...chunks, tail].flatMap((chunk) => {
    chunk.speakers ??= new Set(speakersOf(chunk.turns));
    return [...chunk.speakers];
  });
}

/** In order of appearance, each as often as it speaks. */
export function speakersOf(turns: readonly Turn[]): string[] {
  return turns.flatMap((turn) => [...turn.words, turn].flatMap(({ speaker }) => speaker ?? []));
}

/** The chunk that has the order, or in which it belongs. */
function chunkOf({ chunks, tail }: TurnList, order: number): Chunk {
  if (chunks.length === 0 || order >= (tail.turns[0]?.order ?? 0)) return tail;
  const firsts = chunks.map(({ turns }) => turns[0]);
  return chunks[Math.max(0, lastAtMost(firsts, order))] ?? tail;
}

/** Index of the last turn up to an order; -1 if there is none. */
function lastAtMost(turns: readonly (Turn | undefined)[], order: number): number {
  let low = -1;
  let high = turns.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((turns[middle]?.order ?? 0) <= order) low = middle;
    else high = middle;
  }
  return low;
}
