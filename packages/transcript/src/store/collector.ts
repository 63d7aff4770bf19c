import { fieldsOf, listOf, numberOf, type TranscriptEvent, textOf } from "./event.ts";
import { readTurn, reviseSpeakers } from "./read-turn.ts";
import type { Content, TranscriptSnapshot } from "./snapshot.ts";
import type { Gap, Turn } from "./turn.ts";
import { findTurn, firstTurn, fromArray, putTurn, type TurnList, withoutFirst } from "./turn-list.ts";

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
export class Collector implements Content {
  finals: TurnList;
  partial: Turn | undefined;
  partials: readonly Turn[];
  gaps: readonly Gap[];
  dropped: number;
  #count: number;
  readonly #keep: number;
  /** The highest order and the end of all turns that were final, dropped ones included. */
  #lastOrder = -1;
  #end = 0;
  #droppedOrder = -1;
  /** Added to a session's own orders and times. */
  #base = 0;
  #offset = 0;
  /** Duration of the session's audio, in ms, once it is known. */
  #duration = 0;
  /** Channels of this session so far; undefined is the only one of a session without channels. */
  readonly #begun = new Set<string | undefined>();
  /** Whether all turns belong to earlier sessions. */
  #resumed: boolean;
  readonly #waiting = new Map<number, Change>();

  constructor(keep: number, from: TranscriptSnapshot | undefined) {
    this.#keep = keep;
    this.finals = fromArray(from?.turns ?? []);
    this.#count = from?.turns.length ?? 0;
    this.partials = from?.partials ?? [];
    this.partial = from?.partial;
    this.gaps = from?.gaps ?? [];
    this.dropped = from?.dropped ?? 0;
    for (const turn of from?.turns ?? []) this.#passed(turn);
    this.#resumed = from !== undefined;
    this.#dropOldest();
  }

  /** Returns the turns that the event is about, including unchanged ones. */
  accept(event: TranscriptEvent): readonly Reading[] {
    switch (event.type) {
      case "Begin":
        this.#begin(textOf(event.channel));
        break;
      case "Turn":
        return this.#turn(event);
      case "SpeakerRevision":
        return listOf(event.revisions)
          .map(fieldsOf)
          .flatMap((revision) => this.#change(revision, (turn) => reviseSpeakers(turn, revision)));
      case "LLMGatewayResponse":
        return this.#change(event, (turn) => Object.freeze({ ...turn, response: event.data }));
      case "Reconnected":
        this.#lost(numberOf(event.lost_ms) ?? 0, textOf(event.channel));
        break;
      case "Termination":
        this.#duration = Math.max(this.#duration, 1000 * (numberOf(event.audio_duration_seconds) ?? 0));
    }
    return [];
  }

  /** Another session: its turns and its audio continue where the previous one ended. */
  #begin(channel: string | undefined): void {
    if (this.#resumed || this.#begun.has(channel)) {
      this.#resumed = false;
      for (const turn of this.partials) this.#putFinal(turn);
      this.partials = [];
      this.partial = undefined;
      this.#base = this.#lastOrder + 1;
      this.#offset = Math.max(this.#end, this.#offset + this.#duration);
      this.#duration = 0;
      this.#begun.clear();
    }
    this.#begun.add(channel);
  }

  #turn(event: TranscriptEvent): Reading[] {
    const order = this.#orderOf(event);
    if (order === undefined) return [];
    const isFinal = event.end_of_turn === true;
    const known = findTurn(this.finals, order);
    if (known?.isFinal && (!isFinal || (known.isFormatted && event.turn_is_formatted !== true))) return [];
    const previous = this.partials.find((turn) => turn.order === order) ?? known;
    const turn = readTurn(event, { order, offset: this.#offset, now: previous?.start ?? this.#end }, previous);
    if (turn && !isFinal) this.#putPartial(turn);
    else {
      this.#removePartial(order);
      if (turn && turn !== known) this.#putFinal(turn);
    }
    return [{ order, turn: turn ?? known }];
  }

  #putPartial(turn: Turn): void {
    if (this.partials.includes(turn)) return;
    const others = this.partials.filter(({ order }) => order !== turn.order);
    this.partials = Object.freeze([...others, turn].sort((a, b) => a.order - b.order));
    this.partial = turn;
    const [oldest] = this.partials;
    if (oldest && this.partials.length > mostPartials) {
      this.#removePartial(oldest.order);
      this.#putFinal(oldest);
    }
  }

  #removePartial(order: number): void {
    const others = this.partials.filter((turn) => turn.order !== order);
    if (others.length === this.partials.length) return;
    this.partials = Object.freeze(others);
    if (this.partial?.order === order) this.partial = others.at(-1);
  }

  #putFinal(turn: Turn): void {
    const changed = this.#waiting.get(turn.order)?.(turn) ?? turn;
    this.#waiting.delete(turn.order);
    if (!findTurn(this.finals, turn.order)) this.#count++;
    this.finals = putTurn(this.finals, changed);
    this.#passed(turn);
    this.#dropOldest();
  }

  #passed({ order, end }: Turn): void {
    this.#lastOrder = Math.max(this.#lastOrder, order);
    this.#end = Math.max(this.#end, end);
  }

  /** Changes a final turn, now or when it arrives. */
  #change(of: { readonly turn_order?: unknown }, change: Change): Reading[] {
    const order = this.#orderOf(of);
    if (order === undefined) return [];
    const known = findTurn(this.finals, order);
    if (known) {
      const turn = change(known);
      if (turn !== known) this.finals = putTurn(this.finals, turn);
      return [{ order, turn }];
    }
    const earlier = this.#waiting.get(order);
    this.#waiting.set(order, earlier ? (later) => change(earlier(later)) : change);
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= mostWaiting) break;
      this.#waiting.delete(oldest);
    }
    return [];
  }

  /** The turn's order among those of all sessions; undefined if it has none, or was dropped. */
  #orderOf({ turn_order }: { readonly turn_order?: unknown }): number | undefined {
    const order = numberOf(turn_order);
    return order === undefined || order + this.#base <= this.#droppedOrder ? undefined : order + this.#base;
  }

  #lost(lostMs: number, channel: string | undefined): void {
    if (lostMs <= 0) return;
    const last = this.gaps.at(-1);
    const afterOrder = this.#lastOrder;
    const same = last?.afterOrder === afterOrder && last.channel === channel ? last : undefined;
    const gap = Object.freeze(
      same ? { ...same, lostMs: same.lostMs + lostMs } : { start: this.#end, lostMs, afterOrder, channel },
    );
    this.gaps = Object.freeze([...this.gaps.slice(0, same ? -1 : undefined), gap]);
  }

  #dropOldest(): void {
    while (this.#count > this.#keep) {
      this.#droppedOrder = firstTurn(this.finals)?.order ?? this.#droppedOrder;
      this.finals = withoutFirst(this.finals);
      this.#count--;
      this.dropped++;
      const kept = this.gaps.filter((gap) => gap.afterOrder >= this.#droppedOrder);
      if (kept.length < this.gaps.length) this.gaps = Object.freeze(kept);
    }
  }
}
