import { type Clock, type ConnectOptions, connect as connectOn, type OpenSocket } from "@voxpipe/core";
import type { StreamingEvent, StreamingSession } from "voxpipe";
import { openWsSocket } from "../src/sockets/ws-socket.ts";
import { type Outcome, outcomeOf, settles } from "./settles.ts";

/** 100 ms of silence, s16le at 16 kHz. */
export const tenth = new Uint8Array(3200);

interface Parts {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly openSocket?: OpenSocket;
}

/** `connect` of the Node entry, with parts in its place that tests choose. */
export function connect(options: Partial<ConnectOptions>, parts: Parts = {}): StreamingSession {
  return connectOn(
    { apiKey: "example", sampleRate: 16_000, pace: false, connectionRetryDelay: 1, ...options },
    { openSocket: openWsSocket, sendsHeaders: true, sendsPings: true, streams: globalThis, ...parts },
  );
}

/** How everything that a session promised came out. */
export type Outcomes = Readonly<Record<string, Outcome>>;

/** A session of which every kind of promise is pending, as far as its state allows. */
export class ObservedSession {
  readonly session: StreamingSession;
  readonly writer: WritableStreamDefaultWriter<unknown>;
  readonly events: StreamingEvent[] = [];
  readonly #pending = new Map<string, PromiseLike<unknown>>();
  #reader: ReadableStreamDefaultReader<StreamingEvent> | undefined;

  /** @param reads whether its events are read as they come, or only at the end */
  constructor(session: StreamingSession, reads = true) {
    this.session = session;
    this.writer = session.audio.getWriter();
    this.add("opened", session.opened);
    this.add("closed", session.closed);
    this.add("writer.closed", this.writer.closed);
    this.ask();
    if (reads) this.add("events", this.#read());
  }

  /** Makes one promise of every kind. */
  ask(): void {
    const { session, writer } = this;
    this.add("writer.write", this.#write());
    this.add("writer.ready", writer.ready);
    this.add("forceEndpoint", session.forceEndpoint());
    this.add("updateConfiguration", session.updateConfiguration({ minTurnSilence: 100 }));
    this.add("keepAlive", session.keepAlive());
  }

  add(name: string, promise: PromiseLike<unknown>): void {
    promise.then(undefined, () => {});
    const taken = [...this.#pending.keys()].filter((other) => other.split(" ")[0] === name).length;
    this.#pending.set(taken ? `${name} ${taken + 1}` : name, promise);
  }

  cancel(): Promise<void> {
    return this.#reader?.cancel() ?? this.session.events.cancel();
  }

  /** Requests everything once more, also at the end, and returns every outcome. */
  async outcomes(): Promise<Outcomes> {
    const { session } = this;
    if (!this.#reader) this.add("events", this.#read());
    await settles("closed", session.closed);
    this.ask();
    this.add("close()", session.close());
    this.add("dispose", session[Symbol.asyncDispose]());
    const all = await Promise.all(
      [...this.#pending].map(async ([name, promise]) => [name, await settles(name, promise)] as const),
    );
    return Object.fromEntries(all);
  }

  /** Async, since Node 20 throws where a stream that was closed refuses a write. */
  async #write(): Promise<void> {
    await this.writer.write(tenth);
  }

  async #read(): Promise<void> {
    this.#reader = this.session.events.getReader();
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.events.push(value);
    }
  }
}

/** Every rejection that nobody handled, from now on. */
export function watchRejections(): { readonly seen: unknown[]; stop(): void } {
  const seen: unknown[] = [];
  const note = (reason: unknown) => seen.push(outcomeOf(reason));
  process.on("unhandledRejection", note);
  return { seen, stop: () => process.off("unhandledRejection", note) };
}
