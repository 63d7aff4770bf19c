import { fieldsOfAll, numberOf, type TranscriptEvent, textOf } from "./event.ts";
import { readTurn, reviseSpeakers } from "./read-turn.ts";
import { share } from "./share.ts";
import type { Content, TranscriptSnapshot } from "./snapshot.ts";
import type { Turn } from "./turn.ts";
import { findTurn, putTurn, type TurnList, withoutFirst } from "./turn-list.ts";

/** A channel has one open turn, so further ones are left over from failures: the oldest then becomes final. */
const mostOpen = 32;
/** How many revisions and responses may wait for their turns. */
const mostWaiting = 64;

/** Applies an event: a reading of a turn, a correction of earlier ones, a further session. Returns the same content if nothing changed. */
export type Collector = (event?: TranscriptEvent) => Content;

/**
 * @param keep the most final turns to keep
 * @param from what to continue
 * @param onReading called with each turn that an event is about, also an unchanged one; with undefined if it is empty
 */
export function createCollector(
  keep: number,
  from: Partial<TranscriptSnapshot> = {},
  onReading?: (order: number, turn: Turn | undefined) => void,
): Collector {
  let finals: TurnList = [];
  let count = 0;
  let droppedOrder = -1;
  /** The highest order of turns that were final, dropped ones included. */
  let lastOrder = -1;
  /** The end of those turns, and of sessions whose duration is known, in ms. */
  let end = 0;
  /** The turns in progress; the one updated last is the last one. */
  const open = new Map<number, Turn>();
  let { gaps = [], dropped = 0 } = from;
  const waiting: (() => void)[] = [];
  /** Added to a session's own orders and times. */
  let base = 0;
  let offset = 0;
  /** Channels of this session so far; undefined is the only one of a session without channels. */
  const begun = new Set<string | undefined>();

  /** Another session: its turns and its audio continue where the previous one ended. */
  function begin(channel: string | undefined): void {
    if (begun.size === 0 || begun.has(channel)) {
      open.forEach(putFinal);
      base = lastOrder + 1;
      offset = end;
      begun.clear();
    }
    begun.add(channel);
  }

  function read(event: TranscriptEvent): void {
    const order = orderOf(event);
    if (order <= droppedOrder) return;
    const known = findTurn(finals, order);
    const previous = open.get(order) ?? known;
    const turn = readTurn(event, { order, offset, now: previous?.start ?? end }, previous);
    // A late partial, or a late unformatted form.
    if (turn && known?.isFinal && (!turn.isFinal || (known.isFormatted && !turn.isFormatted))) return;
    if (turn && (turn.isFinal || known)) putFinal(turn);
    else putOpen(order, turn);
    onReading?.(order, open.get(order) ?? findTurn(finals, order) ?? turn);
  }

  function putOpen(order: number, turn: Turn | undefined): void {
    open.delete(order);
    if (turn) open.set(order, turn);
    for (const oldest of open.values()) if (open.size > mostOpen) putFinal(oldest);
  }

  function putFinal(turn: Turn): void {
    open.delete(turn.order);
    if (!findTurn(finals, turn.order)) count++;
    finals = putTurn(finals, turn);
    lastOrder = Math.max(lastOrder, turn.order);
    end = Math.max(end, turn.end);
    for (const retry of waiting.splice(0)) retry();
    if (count <= keep) return;
    droppedOrder = finals[0]?.[0]?.order ?? droppedOrder;
    finals = withoutFirst(finals);
    count--;
    dropped++;
    gaps = share(
      gaps,
      gaps.filter((gap) => gap.afterOrder >= droppedOrder),
    );
  }

  /** Changes a final turn, now or when it arrives. */
  function change(order: number, changes: (turn: Turn) => Partial<Turn>): void {
    const known = findTurn(finals, order);
    if (known) {
      const turn = share(known, { ...known, ...changes(known) });
      finals = putTurn(finals, turn);
      onReading?.(order, turn);
    } else if (order > droppedOrder && waiting.push(() => change(order, changes)) > mostWaiting) waiting.shift();
  }

  /** The turn's order among those of all sessions; -1 if it has none. */
  function orderOf({ turn_order }: { readonly turn_order?: unknown }): number {
    const order = numberOf(turn_order, -1);
    return order < 0 ? -1 : base + order;
  }

  function lose(lostMs: number, channel: string | undefined): void {
    if (lostMs <= 0) return;
    const same = gaps.find((gap) => gap.afterOrder === lastOrder && gap.channel === channel);
    const gap = { start: end, afterOrder: lastOrder, channel, ...same, lostMs: lostMs + (same?.lostMs ?? 0) };
    gaps = share(gaps, [...gaps.filter((other) => other !== same), share(same, gap)]);
  }

  from.turns?.forEach(putFinal);
  for (const turn of [...(from.partials ?? []), from.partial]) if (turn) putOpen(turn.order, turn);
  let content: Content | undefined;
  return (event = { type: "" }) => {
    const channel = textOf(event.channel);
    switch (event.type) {
      case "Begin":
        begin(channel);
        break;
      case "Turn":
        read(event);
        break;
      case "SpeakerRevision":
        for (const revision of fieldsOfAll(event.revisions))
          change(orderOf(revision), (turn) => reviseSpeakers(turn, revision));
        break;
      case "LLMGatewayResponse":
        change(orderOf(event), () => ({ response: event.data }));
        break;
      case "Reconnected":
        lose(numberOf(event.lost_ms, 0), channel);
        break;
      case "Termination":
        end = Math.max(end, offset + 1000 * numberOf(event.audio_duration_seconds, 0));
    }
    const partials = [...open.values()];
    content = share(content, {
      finals,
      partial: partials.at(-1),
      partials: share(
        content?.partials,
        partials.sort((a, b) => a.order - b.order),
      ),
      gaps,
      dropped,
    });
    return content;
  };
}
