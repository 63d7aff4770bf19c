import type { Clock } from "../async/clock.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import { ConnectionTimeline } from "../session/connection-timeline.ts";
import type { LatencyMeter } from "../session/latency-meter.ts";
import type { Timeline } from "../session/timeline.ts";
import type { AudioSink } from "./audio-sink.ts";
import { type Pace, Pacer } from "./pacer.ts";
import type { AudioMessage, ReplayBuffer } from "./replay-buffer.ts";

/** Bytes that may wait in the socket: enough to keep it busy, little enough to lose to a stalled peer. */
const socketBuffer = 64 * 1024;
/** Sockets do not tell when they drain, so a full one is asked again after this time. */
const drainPollMs = 20;
/** Control messages that may wait to be sent, and forced endpoints that are remembered. */
const mostControls = 256;
/** Word times are whole ms. */
const roundingMs = 1;

/** What `SendQueue` needs of a connection. */
export interface SendTarget {
  readonly bufferedAmount: number;
  send(data: string | Uint8Array): void;
}

/** A message that keeps its place among the audio. */
export type ControlMessage =
  | { readonly type: "ForceEndpoint" | "KeepAlive" }
  | ({ readonly type: "UpdateConfiguration" } & Readonly<Record<string, unknown>>);

interface Control {
  readonly message: ControlMessage;
  /** Its place: bytes written before it. */
  readonly afterBytes: number;
  resolve(): void;
  reject(error: StreamingError): void;
}

export interface SendQueueParts {
  readonly sink: AudioSink;
  readonly log: ReplayBuffer;
  readonly timeline: Timeline;
  readonly latency: LatencyMeter;
  readonly clock: Clock;
  readonly pace: Pace | undefined;
  /** All audio and every control up to the end has left on the present connection. */
  readonly finished: () => void;
}

/**
 * From the writable end to the present connection: takes audio from the sink as the connection takes it, puts control
 * messages in their places, and replays from the log when the connection changes.
 */
export class SendQueue {
  /** Audio sent more than once, in ms. */
  replayedMs = 0;
  /** Source ms that some connection has had. */
  reachedMs = 0;
  /** Audio sent on the present connection, padding included, in ms. */
  wireMs = 0;
  readonly #parts: SendQueueParts;
  readonly #controls: Control[] = [];
  /** Everything that was ever configured on the way: a new connection starts with it. */
  readonly #configuration: Record<string, unknown> = {};
  /**
   * Where in the source endpoints were forced that no final turn reaches yet: replay forces them again. A final turn that ends
   * before such a place may have ended by itself, with the forced one still to come.
   */
  readonly #endpoints: number[] = [];
  /** The first of them that the present connection has not had. */
  #repeat = 0;
  #endBytes = Number.POSITIVE_INFINITY;
  #link: SendTarget | undefined;
  #linkTimeline: ConnectionTimeline | undefined;
  #pacer: Pacer | undefined;
  #cancelWait: (() => void) | undefined;
  /** The most that can wait in the socket: what did when it was last asked, and everything sent since. */
  #mostBuffered = 0;

  constructor(parts: SendQueueParts) {
    this.#parts = parts;
  }

  /** Sends to `link` from the end of the last final turn on. */
  attach(link: SendTarget): { timeline: ConnectionTimeline; replayedMs: number; lostMs: number } {
    this.detach();
    const { log, timeline, pace } = this.#parts;
    const { settledMs } = timeline;
    log.rewind(settledMs);
    const replayedMs = this.reachedMs - log.sentMs;
    const lostMs = Math.max(0, Math.round(log.sentMs - settledMs));
    this.replayedMs += replayedMs;
    this.#linkTimeline = new ConnectionTimeline(timeline, log.sentMs, this.reachedMs);
    this.wireMs = 0;
    this.#mostBuffered = 0;
    this.#pacer = pace && new Pacer(pace);
    this.#link = link;
    this.#repeat = this.#endpoints.filter((ms) => ms <= log.sentMs).length;
    if (Object.keys(this.#configuration).length > 0)
      this.#sendControl({ type: "UpdateConfiguration", ...this.#configuration });
    return { timeline: this.#linkTimeline, replayedMs: Math.round(replayedMs), lostMs };
  }

  detach(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#link = undefined;
  }

  /** Puts a message behind all audio written so far. Resolves when it was sent. */
  control(message: ControlMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#controls.length >= mostControls)
        return reject(
          new StreamingError("too-many-pending", `${mostControls} control messages wait to be sent. Await each call.`),
        );
      this.#controls.push({ message, afterBytes: this.#parts.sink.writtenBytes, resolve, reject });
      this.pump();
    });
  }

  /** The audio ends with the first `endBytes` that were written. */
  finish(endBytes: number): void {
    this.#endBytes = Math.min(this.#endBytes, endBytes);
    this.pump();
  }

  /** A turn became final: audio before its end will not be asked for again. */
  settled(): void {
    const { log, timeline } = this.#parts;
    log.release(timeline.settledMs);
    while ((this.#endpoints[0] ?? Number.POSITIVE_INFINITY) <= timeline.settledMs + roundingMs) this.#forgetEndpoint();
  }

  /** Nothing will be sent any more. */
  fail(error: StreamingError): void {
    this.detach();
    for (const control of this.#controls.splice(0)) control.reject(error);
  }

  /** Sends all that may leave now. Called whenever that may have become more. */
  pump(): void {
    const { sink, log, clock } = this.#parts;
    while (this.#link && !this.#cancelWait) {
      const control = this.#dueControl();
      const stopMs = this.#cut(control);
      if (!log.has(stopMs) && !control && sink.takenBytes < this.#endBytes) {
        if (sink.fill(log)) continue;
        return;
      }
      // Asked only when something is to leave, and the socket only when it may be full: both cost more than the rest of the loop.
      if (this.#mostBuffered > socketBuffer) this.#mostBuffered = this.#link.bufferedAmount;
      if (this.#mostBuffered > socketBuffer) return this.#wait(drainPollMs);
      const now = clock.now();
      const delay = this.#pacer?.delay(now, log.messageMs) ?? 0;
      if (delay > 0) return this.#wait(delay);

      const audio = log.next(stopMs);
      if (audio) this.#sendAudio(audio, now);
      else if (control) this.#deliver(control);
      else this.#finish(now);
    }
  }

  /** The first control of which all audio before it is in the log. */
  #dueControl(): Control | undefined {
    const control = this.#controls[0];
    return control && this.#parts.sink.takenBytes >= control.afterBytes ? control : undefined;
  }

  /** Where the next message has to end though it is not full: at an endpoint. */
  #cut(control: Control | undefined): number | undefined {
    return (
      this.#endpoints[this.#repeat] ?? (control?.message.type === "ForceEndpoint" ? this.#parts.log.endMs : undefined)
    );
  }

  #sendAudio(audio: AudioMessage, now: number): void {
    const { log, latency } = this.#parts;
    this.#send(audio.bytes);
    this.#pacer?.sent(now, audio.durationMs + audio.paddingMs);
    this.wireMs += audio.durationMs + audio.paddingMs;
    this.#linkTimeline?.sent(audio.durationMs, audio.paddingMs);
    this.reachedMs = Math.max(this.reachedMs, log.sentMs);
    latency.sent(log.sentMs, now);
    while ((this.#endpoints[this.#repeat] ?? Number.POSITIVE_INFINITY) <= log.sentMs) {
      this.#sendControl({ type: "ForceEndpoint" });
      this.#repeat++;
    }
  }

  #finish(now: number): void {
    const rest = this.#parts.log.rest();
    if (rest) return this.#sendAudio(rest, now);
    this.detach();
    this.#parts.finished();
  }

  #deliver(control: Control): void {
    this.#controls.shift();
    const { type, ...parameters } = control.message;
    if (type === "UpdateConfiguration") Object.assign(this.#configuration, parameters);
    if (type === "ForceEndpoint") {
      this.#repeat = this.#endpoints.push(this.#parts.log.sentMs);
      if (this.#endpoints.length > mostControls) this.#forgetEndpoint();
    }
    this.#sendControl(control.message);
    control.resolve();
  }

  #forgetEndpoint(): void {
    this.#endpoints.shift();
    this.#repeat = Math.max(0, this.#repeat - 1);
  }

  #sendControl(message: ControlMessage): void {
    this.#send(JSON.stringify(message));
  }

  #send(data: string | Uint8Array): void {
    this.#mostBuffered += data.length;
    this.#link?.send(data);
  }

  #wait(ms: number): void {
    this.#cancelWait = this.#parts.clock.after(ms, () => {
      this.#cancelWait = undefined;
      this.pump();
    });
  }
}
