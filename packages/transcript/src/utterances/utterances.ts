import { createCollector } from "../store/collector.ts";
import { numberOf, type TranscriptEvent } from "../store/event.ts";
import type { Turn } from "../store/turn.ts";

/** The events for a voice agent. Every `started` is followed by one `final`. */
export type Utterance =
  /** The user has begun to speak; `start` in ms of the audio. */
  | { readonly type: "started"; readonly start: number }
  /** The user speaks while the agent does: emitted once each time `speaking` is set. */
  | { readonly type: "interrupted" }
  /** Everything heard so far, and its beginning that will not change. */
  | { readonly type: "partial"; readonly text: string; readonly stableText: string }
  /** The user has finished; empty if it was only noise. A formatted form that an older service sends later is ignored. */
  | { readonly type: "final"; readonly text: string };

/** A user's utterances, one after another. */
export interface Utterances extends AsyncIterable<Utterance> {
  /**
   * Set it while the agent speaks.
   * @default false
   */
  speaking: boolean;
}

/**
 * The events of a session as a voice agent needs them, the same for all models: later ones announce speech with
 * `SpeechStarted`, others with the first partial.
 *
 * @example
 * const user = utterances(session.events);
 * for await (const heard of user) {
 *   if (heard.type === "interrupted") stopSpeaking();
 *   if (heard.type === "final") void answer(heard.text, (isSpeaking) => (user.speaking = isSpeaking));
 * }
 */
export function utterances(events: AsyncIterable<TranscriptEvent>): Utterances {
  let speaking = false;
  let interrupted = false;

  async function* read(): AsyncGenerator<Utterance, void> {
    let readings: (readonly [order: number, turn: Turn | undefined])[] = [];
    const accept = createCollector(16, undefined, (...reading) => readings.push(reading));
    /** The words of the current utterance so far; undefined between two. */
    let heard: string | undefined;
    let answered = -1;

    function* voice(start: number): Generator<Utterance> {
      if (heard === undefined) yield { type: "started", start };
      heard ??= "";
      if (speaking && !interrupted) {
        interrupted = true;
        yield { type: "interrupted" };
      }
    }
    function* partial({ start, text, stableText }: Turn): Generator<Utterance> {
      if (text === heard) return;
      yield* voice(start);
      heard = text;
      yield { type: "partial", text, stableText };
    }
    function* final(turn: Turn | undefined): Generator<Utterance> {
      if (turn) yield* voice(turn.start);
      if (heard === undefined) return;
      heard = undefined;
      yield { type: "final", text: turn?.text ?? "" };
    }

    for await (const event of events) {
      if (event.type === "SpeechStarted") yield* voice(numberOf(event.timestamp, 0));
      readings = [];
      accept(event);
      for (const [order, turn] of readings) {
        if (event.type !== "Turn" || order <= answered) continue;
        if (event.end_of_turn === true) {
          answered = order;
          yield* final(turn);
        } else if (turn) yield* partial(turn);
      }
    }
    if (heard !== undefined) yield { type: "final", text: heard };
  }

  return {
    get speaking() {
      return speaking;
    },
    set speaking(is) {
      if (is && !speaking) interrupted = false;
      speaking = is;
    },
    [Symbol.asyncIterator]: read,
  };
}
