import { createCollector } from "../store/collector.ts";
import type { TranscriptEvent } from "../store/event.ts";
import { type CaptionUpdate, ShownTurn } from "./shown-turn.ts";

export interface CaptionOptions {
  /**
   * Show every word at once; words that may change come after `stableText`.
   * @default false
   */
  readonly provisional?: boolean | undefined;
  /**
   * How many readings in a row must agree on a word before it is shown, if the service does not finalise words itself. More
   * readings mean fewer corrections and a longer delay.
   * @default 2
   */
  readonly agreement?: number | undefined;
  /**
   * Correct shown words if only their case or punctuation changes.
   * @default false
   */
  readonly restyle?: boolean | undefined;
}

/** Turns that may still get another form. */
const mostTurns = 16;

/**
 * Live captions: cues of at most two lines of 42 characters, created and extended while someone speaks. Words are held back
 * until they are unlikely to change.
 *
 * @example
 * for await (const cue of session.events.pipeThrough(captions())) show(cue.id, cue.text);
 * @throws RangeError if `agreement` is not a whole number above 0
 */
export function captions(options: CaptionOptions = {}): TransformStream<TranscriptEvent, CaptionUpdate> {
  const { provisional = false, agreement = 2, restyle = false } = options;
  if (!Number.isInteger(agreement) || agreement < 1)
    throw new RangeError(`agreement is ${agreement}. Use a whole number of readings above 0.`);
  const shown = new Map<number, ShownTurn>();
  let updates: CaptionUpdate[] = [];
  const accept = createCollector(mostTurns, undefined, (order, turn) => {
    const own = shown.get(order) ?? new ShownTurn();
    shown.set(order, own);
    updates.push(...own.read(turn, { provisional, agreement, restyle }));
    for (const oldest of shown.keys()) if (shown.size > mostTurns) shown.delete(oldest);
  });
  return new TransformStream({
    transform(event, controller) {
      updates = [];
      accept(event);
      for (const update of updates) controller.enqueue(update);
    },
  });
}
