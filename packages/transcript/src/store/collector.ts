import { fieldsOf, listOf, numberOf, type TranscriptEvent, textOf } from "./event.ts";
import { readTurn, reviseSpeakers } from "./read-turn.ts";
import { share } from "./share.ts";
import type { Content, TranscriptSnapshot } from "./snapshot.ts";
import type { Turn } from "./turn.ts";
import { findTurn, fromArray, putTurn, withoutFirst } from "./turn-list.ts";

/** A channel has one open turn, so further ones are left over from failures: the oldest then becomes final. */
const mostPartials = 32;
/** How many turns a revision or response may be ahead of. */
const mostWaiting = 64;

type Change = (turn: Turn) => Turn;

/** A turn that an event was about; `turn` is undefined if it was removed because it is empty. */
export interface Reading {
  readonly order: number;
  readonly turn: Turn | undefined;
}

/** Applies events: readings of a turn, corrections of earlier ones, further sessions. */
export interface Collector {
  readonly content: Content;
  /** Returns the turns that the event is about, including unchanged ones. */
  accept(event: TranscriptEvent): readonly Reading[];
}

/** @param keep the most final turns to keep */
export function createCollector(keep: number, from?: TranscriptSnapshot): Collector {
  const first: Partial<TranscriptSnapshot> = from ?? {};
  let { partial, partials = [], gaps = [], dropped = 0 } = first;
  let finals = fromArray(first.turns ?? []);
  let count = first.turns?.length ?? 0;
  /** The highest order and the end of all turns that were final, dropped ones included. */
  let lastOrder = -1;
  let end = 0;
  let droppedOrder = -1;
  /** Added to a session's own orders and times. */
  let base = 0;
  let offset = 0;
  /** Duration of the session's audio, in ms, once it is known. */
  let duration = 0;
  /** Whether all turns belong to earlier sessions. */
  let isResumed = from !== undefined;
  /** Channels of this session so far; undefined is the only one of a session without channels. */
  const begun = new Set<string | undefined>();
  const waiting = new Map<number, Change>();

  /** Another session: its turns and its audio continue where the previous one ended. */
  function begin(channel: string | undefined): void {
    if (isResumed || begun.has(channel)) {
      isResumed = false;
      for (const turn of partials) putFinal(turn);
      partials = [];
      partial = undefined;
      base = lastOrder + 1;
      offset = Math.max(end, offset + duration);
      duration = 0;
      begun.clear();
    }
    begun.add(channel);
  }

  function read(event: TranscriptEvent): Reading[] {
    const order = orderOf(event);
    if (order === undefined) return [];
    const isFinal = event.end_of_turn === true;
    const known = findTurn(finals, order);
    if (known?.isFinal && (!isFinal || (known.isFormatted && event.turn_is_formatted !== true))) return [];
    const previous = partials.find((turn) => turn.order === order) ?? known;
    const turn = readTurn(event, { order, offset, now: previous?.start ?? end }, previous);
    if (turn && !isFinal) putPartial(turn);
    else {
      removePartial(order);
      if (turn && turn !== known) putFinal(turn);
    }
    return [{ order, turn: turn ?? known }];
  }

  function putPartial(turn: Turn): void {
    if (partials.includes(turn)) return;
    removePartial(turn.order);
    partials = Object.freeze([...partials, turn].sort((a, b) => a.order - b.order));
    partial = turn;
    const [oldest] = partials;
    if (!oldest || partials.length <= mostPartials) return;
    removePartial(oldest.order);
    putFinal(oldest);
  }

  function removePartial(order: number): void {
    partials = share(
      partials,
      partials.filter((turn) => turn.order !== order),
    );
    if (partial?.order === order) partial = partials.at(-1);
  }

  function putFinal(turn: Turn): void {
    const changed = waiting.get(turn.order)?.(turn) ?? turn;
    waiting.delete(turn.order);
    if (!findTurn(finals, turn.order)) count++;
    finals = putTurn(finals, changed);
    passed(turn);
    dropOldest();
  }

  function passed(turn: Turn): void {
    lastOrder = Math.max(lastOrder, turn.order);
    end = Math.max(end, turn.end);
  }

  /** Changes a final turn, now or when it arrives. */
  function change(of: { readonly turn_order?: unknown }, apply: Change): Reading[] {
    const order = orderOf(of);
    if (order === undefined) return [];
    const known = findTurn(finals, order);
    if (known) {
      const turn = apply(known);
      if (turn !== known) finals = putTurn(finals, turn);
      return [{ order, turn }];
    }
    const earlier = waiting.get(order);
    waiting.set(order, earlier ? (turn) => apply(earlier(turn)) : apply);
    for (const oldest of waiting.keys()) if (waiting.size > mostWaiting) waiting.delete(oldest);
    return [];
  }

  /** The turn's order among those of all sessions; undefined if it has none, or was dropped. */
  function orderOf({ turn_order }: { readonly turn_order?: unknown }): number | undefined {
    const order = base + (numberOf(turn_order) ?? Number.NaN);
    return order > droppedOrder ? order : undefined;
  }

  function lost(lostMs: number, channel: string | undefined): void {
    if (lostMs <= 0) return;
    const last = gaps.at(-1);
    const same = last?.afterOrder === lastOrder && last.channel === channel ? last : undefined;
    const gap = { start: end, afterOrder: lastOrder, channel, ...same, lostMs: lostMs + (same?.lostMs ?? 0) };
    gaps = Object.freeze([...gaps.filter((other) => other !== same), Object.freeze(gap)]);
  }

  function dropOldest(): void {
    while (count > keep) {
      droppedOrder = finals[0]?.[0]?.order ?? droppedOrder;
      finals = withoutFirst(finals);
      count--;
      dropped++;
      gaps = share(
        gaps,
        gaps.filter((gap) => gap.afterOrder >= droppedOrder),
      );
    }
  }

  first.turns?.forEach(passed);
  dropOldest();
  return {
    get content() {
      return { finals, partial, partials, gaps, dropped };
    },
    accept(event) {
      switch (event.type) {
        case "Begin":
          begin(textOf(event.channel));
          break;
        case "Turn":
          return read(event);
        case "SpeakerRevision":
          return listOf(event.revisions)
            .map(fieldsOf)
            .flatMap((revision) => change(revision, (turn) => reviseSpeakers(turn, revision)));
        case "LLMGatewayResponse":
          return change(event, (turn) => Object.freeze({ ...turn, response: event.data }));
        case "Reconnected":
          lost(numberOf(event.lost_ms) ?? 0, textOf(event.channel));
          break;
        case "Termination":
          duration = Math.max(duration, 1000 * (numberOf(event.audio_duration_seconds) ?? 0));
      }
      return [];
    },
  };
}
