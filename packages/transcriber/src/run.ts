import type { ChannelEvent, ChannelsSession } from "@voxpipe/channels";
import { type ConnectOptions, connect, type StreamingEvent, type StreamingSession } from "voxpipe";
import type { Input } from "./machine.ts";
import type { Capture, Captures, Source } from "./source/source.ts";

export type AnyEvent = StreamingEvent | ChannelEvent<string>;
type AnySession = StreamingSession | ChannelsSession<string>;

export interface RunHost {
  /** What happened, for the table. */
  report(input: Input, error?: unknown): void;
  /** Of the capture: device, interruption, or dropped audio. */
  readonly captureChanged: () => void;
  event(event: AnyEvent): void;
}

/** One capture and the session that it is sent to, from an opening to the last word; or several of both. */
export interface Run {
  readonly signal: AbortSignal;
  readonly capture: Capture | Captures | undefined;
  readonly session: StreamingSession | undefined;
  /** Instead of a session, if there are several sources. */
  readonly call: ChannelsSession<string> | undefined;
  /** The choice that the capture follows. */
  deviceId: string | undefined;
  /** @param prepared resolves to the source, when nothing else is open; rejects if this run was dropped meanwhile */
  open(prepared: Promise<Source<Capture | Captures>>): Promise<void>;
  connect(): void;
  /** Lets go of everything at once. Resolves when the microphone is off. */
  drop(): Promise<unknown> | undefined;
}

export function newRun(
  host: RunHost,
  connectOptions: ConnectOptions,
  isMuted: () => boolean,
  deviceId: string | undefined,
): Run {
  const giveUp = new AbortController();
  const { signal } = giveUp;
  let capture: Capture | Captures | undefined;
  let session: StreamingSession | undefined;
  let call: ChannelsSession<string> | undefined;

  function report(input: Input, error?: unknown): void {
    if (!signal.aborted) host.report(input, error);
  }

  /** The session is ended by `close`, also if the source fails: what was heard before is still transcribed. */
  async function send(session: AnySession, sent: Promise<void>): Promise<void> {
    try {
      await sent;
      report("sourceEnded");
    } catch (error) {
      // Of a session that failed, its events report the error.
      if (session.state !== "closed") report("sourceFailed", error);
    }
  }

  async function read(session: AnySession): Promise<void> {
    try {
      for await (const event of session.events) {
        if (signal.aborted) return;
        host.event(event);
        // Several sessions are connected once the last one is, or has failed. The state alone may be ahead of a late reader.
        report(/connecting/.test(event.type + session.state) ? "dropped" : "connected");
      }
      report("ended");
    } catch (error) {
      report("failed", error);
    }
  }

  return {
    signal,
    deviceId,
    get capture() {
      return capture;
    },
    get session() {
      return session;
    },
    get call() {
      return call;
    },
    async open(prepared) {
      try {
        const source = await prepared;
        const opened = await source.open({ deviceId, sampleRate: connectOptions.sampleRate, muted: isMuted(), signal });
        if (signal.aborted) return void opened.stop();
        capture = opened;
        for (const type of ["statechange", "devicechange", "dropped"] as const)
          opened.addEventListener(type, host.captureChanged);
        report("opened");
      } catch (error) {
        report("failed", error);
      }
    },
    connect() {
      try {
        if (!capture) return;
        if ("connect" in capture) {
          const { call: several, sent } = capture.connect(signal);
          call = several;
          void send(several, sent);
          void read(several);
        } else {
          session = connect({ ...connectOptions, signal });
          void send(session, capture.readable.pipeTo(session.audio, { preventClose: true, preventAbort: true }));
          void read(session);
        }
      } catch (error) {
        report("failed", error);
      }
    },
    drop() {
      giveUp.abort();
      return capture?.stop().catch(() => {});
    },
  };
}
