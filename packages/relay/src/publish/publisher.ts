import type { TranscriptEvent } from "@voxpipe/transcript";
import { isAfter } from "../log/position.ts";
import { type LogBounds, RoomLog } from "../log/room-log.ts";
import { RelayError } from "../relay-error.ts";
import type { Store } from "../stores/store.ts";
import { pause, untilAborted } from "../timing/abort.ts";
import { Notice } from "../timing/notice.ts";
import { Outgoing } from "./outgoing.ts";
import { Publication } from "./publication.ts";
import { type EventSource, readSource, type SourceReader } from "./source.ts";
import { whileUnavailable } from "./while-unavailable.ts";

export interface PublisherOptions {
  readonly store: Store;
  readonly room: string;
  readonly bounds: LogBounds;
  /** How long to keep trying to store the last events after their source has ended, in ms. */
  readonly flushTimeout: number;
  /** Is called when the store does not answer, and for events that were left out. */
  readonly onError: (error: RelayError) => void;
}

/** In ms. */
const pauseAfterLoss = 100;
/** Events that wait until the room is claimed. */
const mostEarly = 256;
const start = { fence: 0, count: 0 };

interface Early {
  readonly event: TranscriptEvent;
  readonly now: number;
}

/** What there is once the room is claimed. */
interface Claimed {
  readonly fence: number;
  readonly log: RoomLog;
  readonly publication: Publication;
  readonly outgoing: Outgoing;
}

/**
 * Reads events into a log of its own, and stores what the store does not have. A store that was away, or has lost what it
 * had, gets what is missing; meanwhile partials replace each other, and when finals pile up no more events are read.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #source: SourceReader;
  /** Ends all that waits. */
  readonly #ending = new AbortController();
  readonly #added = new Notice();
  readonly #stored = new Notice();
  #early: Early[] = [];
  #claimed: Claimed | undefined;
  /** How the source has ended. */
  #end: { readonly failure?: { readonly error: unknown } | undefined } | undefined;
  #flush: ReturnType<typeof setTimeout> | undefined;

  constructor(events: EventSource, options: PublisherOptions) {
    this.#options = options;
    this.#source = readSource(events);
  }

  /** Ends the publication: `run` rejects with the reason, and the source is cancelled. */
  abort(reason: unknown): void {
    this.#ending.abort(reason);
  }

  /** Resolves when the source has ended and everything is stored. */
  async run(): Promise<void> {
    const { signal } = this.#ending;
    const loops = [this.#read(), this.#store()];
    for (const loop of loops) loop.catch((error) => this.abort(error));
    await Promise.allSettled(loops);
    clearTimeout(this.#flush);
    this.#source.cancel(signal.reason);
    signal.throwIfAborted();
    if (this.#end?.failure) throw this.#end.failure.error;
  }

  async #read(): Promise<void> {
    const { signal } = this.#ending;
    let failure: { readonly error: unknown } | undefined;
    try {
      for (;;) {
        const event = await untilAborted(this.#source.read(), signal);
        if (event === undefined) break;
        this.#add({ event, now: Date.now() });
        this.#added.give();
        while (this.#claimed?.outgoing.isFull ?? this.#early.length >= mostEarly) await this.#stored.wait(signal);
      }
    } catch (error) {
      signal.throwIfAborted();
      failure = { error };
    }
    // What came before the end, or before the failure of the source, is stored first.
    this.#end = { failure };
    this.#claimed?.publication.settle();
    this.#flush = setTimeout(() => this.abort(this.#unsent()), this.#options.flushTimeout);
    this.#added.give();
  }

  #add(early: Early): void {
    if (!this.#claimed) return void this.#early.push(early);
    try {
      this.#claimed.publication.add(early.event, early.now);
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      this.#options.onError(error);
    }
  }

  async #store(): Promise<void> {
    const { store, room } = this.#options;
    const { fence, log, outgoing } = await this.#claim();
    for (;;) {
      const entries = outgoing.next();
      if (entries.length > 0) {
        const { oldestKept, dropped } = log;
        const batch = { fence, after: outgoing.position, entries, oldestKept, dropped };
        outgoing.position = await this.#stubbornly(() => store.append(room, batch));
        this.#stored.give();
        // It has lost something: a store that loses all that it is given is not asked without a pause.
        if (!isAfter(outgoing.position ?? start, batch.after)) await pause(pauseAfterLoss, this.#ending.signal);
      } else if (this.#end) return;
      else await this.#added.wait(this.#ending.signal);
    }
  }

  async #claim(): Promise<Claimed> {
    const { store, room, bounds } = this.#options;
    const { fence, entries, last } = await this.#stubbornly(() => store.claim(room));
    const log = new RoomLog(bounds);
    for (const entry of entries) log.append(entry);
    const publication = new Publication(log, fence);
    this.#claimed = { fence, log, publication, outgoing: new Outgoing(log, bounds, last) };
    for (const early of this.#early) this.#add(early);
    this.#early = [];
    if (this.#end) publication.settle();
    this.#stored.give();
    return this.#claimed;
  }

  #stubbornly<T>(work: () => Promise<T>): Promise<T> {
    return whileUnavailable(work, this.#ending.signal, this.#options.onError);
  }

  #unsent(): RelayError {
    const { room, flushTimeout } = this.#options;
    const message = `The last events of the room ${JSON.stringify(room)} could not be stored within ${flushTimeout} ms.`;
    return new RelayError("store-unavailable", message, { remedy: "Check that Redis runs and accepts writes." });
  }
}
