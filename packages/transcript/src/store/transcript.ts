import { createCollector } from "./collector.ts";
import type { TranscriptEvent } from "./event.ts";
import { createSnapshot, type TranscriptSnapshot } from "./snapshot.ts";

export interface TranscriptOptions {
  /**
   * The most final turns to keep; older ones are dropped and counted.
   * @default all
   */
  readonly keep?: number | undefined;
  /** A transcript to continue, such as one from `fromJson`. */
  readonly from?: TranscriptSnapshot | undefined;
}

/** The words of one or more sessions. */
export interface Transcript {
  /** The current state: a new object after a change, the same one until then. */
  readonly snapshot: TranscriptSnapshot;
  /** A new stream each time: pipe any number of sessions into the transcript, one after another or in parallel. */
  readonly writable: WritableStream<TranscriptEvent>;
  /** Adds an event. Its cost is proportional to the turn. */
  push(event: TranscriptEvent): void;
  /** Calls `listener` after each change. Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
}

/**
 * Collects events into an immutable transcript.
 *
 * A `Begin` after the first one begins another session, whose turns and times follow those of the previous one.
 *
 * @example
 * const transcript = createTranscript();
 * transcript.subscribe(() => render(transcript.snapshot));
 * for await (const event of session.events) transcript.push(event);
 * @throws RangeError if `keep` is not a whole number above 0
 */
export function createTranscript(options: TranscriptOptions = {}): Transcript {
  const { keep = Number.MAX_VALUE, from } = options;
  if (!(keep > 0) || keep % 1 > 0) throw new RangeError(`keep is ${keep}. Use a whole number of turns above 0.`);
  const listeners = new Set<() => void>();
  const speakers: { list: readonly string[] } = { list: [] };
  const accept = createCollector(keep, from);
  let content = accept();
  let snapshot = createSnapshot(content, speakers);

  const push = (event: TranscriptEvent) => {
    const next = accept(event);
    if (next === content) return;
    content = next;
    snapshot = createSnapshot(content, speakers);
    for (const listener of [...listeners]) {
      try {
        listener();
      } catch (error) {
        // The others and the stream continue, and the error is reported as uncaught.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };
  return {
    get snapshot() {
      return snapshot;
    },
    get writable() {
      return new WritableStream({ write: push });
    },
    push,
    subscribe(listener) {
      // A new function, so that a listener that subscribes twice is called twice and unsubscribes twice.
      const call = () => listener();
      listeners.add(call);
      return () => void listeners.delete(call);
    },
  };
}
