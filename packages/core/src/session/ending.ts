import { byteRate, pcmFormat } from "../audio/audio-format.ts";
import type { SendQueue } from "../audio/send-queue.ts";
import type { Connection } from "../connection/connection.ts";
import type { Secrets } from "../errors/redact.ts";
import type { StreamingError } from "../errors/streaming-error.ts";
import type { Settings } from "../options/options.ts";
import { heardAll } from "../protocol/answer.ts";
import { finite } from "../protocol/finite.ts";
import type { TerminationEvent } from "../protocol/messages.ts";
import { earlyEndError, offlineError } from "./session-errors.ts";
import type { SessionRecord } from "./summary-and-stats.ts";
import type { Timeline } from "./timeline.ts";

/** A Termination this close to the end of the service's time may be one that nobody asked for. */
const expiryDoubtMs = 2000;

/** How the end of a connection, of which there is no error, is to be taken. */
export type EndOfConnection = "answered" | { readonly error: StreamingError; readonly again: boolean };

/** Judges whether the service has answered all of the audio, and how the session ends. Pure. */
export class Ending {
  /** The service has answered all of the audio. Retired connections may still bring turns. */
  answered = false;
  /** How the session ended. Once set, nothing changes any more. */
  outcome: { readonly error: StreamingError | undefined } | undefined;
  readonly #settings: Settings;
  readonly #queue: SendQueue;
  readonly #timeline: Timeline;
  readonly #record: SessionRecord;
  /** The Termination that answered, until it is shown. */
  #termination: TerminationEvent | undefined;
  /** The service ended with audio unanswered, and we reconnected for it; no audio was settled since. */
  #unansweredOnce = false;
  /** The audio source failed: reported once what it gave was transcribed. */
  #sourceFailure: StreamingError | undefined;

  constructor(settings: Settings, queue: SendQueue, timeline: Timeline, record: SessionRecord) {
    this.#settings = settings;
    this.#queue = queue;
    this.#timeline = timeline;
    this.#record = record;
  }

  /** Audio that waits to be taken, in ms. */
  get untakenMs(): number {
    const { encoding, sampleRate } = this.#settings;
    return this.#queue.untakenBytes / (byteRate(encoding, sampleRate) / 1000);
  }

  sourceFailed(error: StreamingError, secrets: Secrets): void {
    this.#sourceFailure ??= secrets.redactError(error);
  }

  /** Final turns cover more of the audio. */
  settled(): void {
    this.#unansweredOnce = false;
  }

  /** A Termination came. Returns whether it answers our Terminate, and all of the audio. */
  terminated({ begin, stage, liveness }: Connection, event: TerminationEvent, now: number): boolean {
    if (stage !== "terminating" || this.#timeline.turnOpen) return false;
    const sinceExpiryMs = now - (finite(begin?.expires_at) ?? 0) * 1000;
    const mayCross = liveness?.pongDue === true || Math.abs(sinceExpiryMs) < expiryDoubtMs;
    const heard = heardAll(event.audio_duration_seconds, {
      sentMs: this.#queue.wireMs,
      exact: pcmFormat(this.#settings.encoding, 0) !== undefined,
      // To transcribe the end once more is better than to miss it; a second time it was no accident.
      mayCross: mayCross && !this.#unansweredOnce,
    });
    if (!heard && !this.#nothingOpen) return false;
    this.#answered(event);
    return true;
  }

  /**
   * The peer ended the connection as if all was well. If final turns do not cover all audio, the session reconnects; only once
   * if Terminate was sent, unless that settles more audio.
   */
  connectionEnded({ termination, wait }: Connection): EndOfConnection {
    const reconnects = this.#settings.reconnect !== undefined;
    const asked = wait !== undefined;
    if (this.#nothingOpen && (asked || !reconnects)) {
      this.#answered(termination);
      return "answered";
    }
    const confirmed = termination !== undefined;
    const early = { asked, confirmed, unansweredMs: this.#unansweredMs, reconnects };
    const again = !(asked && this.#unansweredOnce);
    this.#unansweredOnce ||= asked;
    return { error: earlyEndError(early, this.#record.sessionId), again };
  }

  /** The end was asked for while there is no network: nobody waits for one in order to end. */
  offline(): StreamingError | undefined {
    return this.#nothingOpen ? undefined : offlineError(this.#unansweredMs, this.#record.sessionId);
  }

  /** The Termination that answered, once: the last of all events. */
  takeTermination(): TerminationEvent | undefined {
    const termination = this.#termination;
    this.#termination = undefined;
    return termination;
  }

  /** The session is over. The audio source's own failure is what the caller has to know first. */
  end(error?: StreamingError): void {
    this.abort(this.#sourceFailure ?? error);
  }

  /** The session is over, with this error. */
  abort(error: StreamingError | undefined): void {
    // What was sent went down with its connection, unless the service has confirmed it.
    if (error && !this.answered)
      this.#record.lostMs += Math.max(0, Math.round(this.#queue.reachedMs - this.#timeline.settledMs));
    this.outcome = { error };
  }

  #answered(termination: TerminationEvent | undefined): void {
    this.answered = true;
    this.#termination = termination;
  }

  /** Written audio that no final turn covers, in ms. */
  get #unansweredMs(): number {
    return Math.max(0, this.#queue.takenMs + this.untakenMs - this.#timeline.settledMs);
  }

  /** Whether final turns cover all that was written. Word times are whole ms. */
  get #nothingOpen(): boolean {
    return !this.#timeline.turnOpen && this.#unansweredMs <= 1;
  }
}
