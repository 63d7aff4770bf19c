import type { Decode } from "../reading/segment-reader.ts";
import type { ReadingJob, Transcription } from "../transcription.ts";

/**
 * Decides which session of a worker decodes next, one job per turn of the event loop, so that audio and requests that arrived
 * meanwhile are handled first. Final readings come before readings of open segments, and any reading delays those for as long
 * as it took: under load they become rarer, and finals stay prompt.
 */
export class Scheduler {
  readonly #sessions = new Map<number, Transcription>();
  readonly #decode: Decode;
  readonly #work: (job: () => void) => void;
  readonly #now: () => number;
  #partialsFrom = 0;
  #scheduled = false;

  /** `work` wraps every job; `now` is a clock in ms. */
  constructor(decode: Decode, work: (job: () => void) => void, now: () => number = () => performance.now()) {
    this.#decode = decode;
    this.#work = work;
    this.#now = now;
  }

  add(id: number, session: Transcription): void {
    this.#sessions.set(id, session);
  }

  get(id: number): Transcription | undefined {
    return this.#sessions.get(id);
  }

  remove(id: number): void {
    this.#sessions.delete(id);
  }

  /** No more readings. */
  stop(): void {
    this.#sessions.clear();
  }

  /** Call it when a session may have something to decode. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#turn()) this.wake();
    });
  }

  #turn(): boolean {
    const chosen = this.#choose();
    if (!chosen) return false;
    const { id, session, job } = chosen;
    // The session that was served goes to the end of the queue.
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    const started = this.#now();
    this.#work(() => job.run(this.#decode));
    const ended = this.#now();
    this.#partialsFrom = ended + (ended - started);
    return true;
  }

  #choose(): { id: number; session: Transcription; job: ReadingJob } | undefined {
    const partialsAllowed = this.#now() >= this.#partialsFrom;
    let partial: { id: number; session: Transcription; job: ReadingJob } | undefined;
    for (const [id, session] of this.#sessions) {
      const job = session.next();
      if (job?.kind === "final") return { id, session, job };
      if (job && partialsAllowed) partial ??= { id, session, job };
    }
    return partial;
  }
}
