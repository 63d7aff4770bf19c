import type { ReplayBuffer } from "../audio/replay-buffer.ts";
import type { AudioSource } from "../audio/send-queue.ts";
import type { Connection } from "../connection/connection.ts";
import type { SessionTrace } from "../connection/socket.ts";
import type { StreamingError } from "../errors/streaming-error.ts";
import type { Settings } from "../options/options.ts";
import type { StreamingEvent } from "../protocol/messages.ts";
import type { Speakers } from "../speakers/speakers.ts";
import type { LatencyMeter } from "./latency-meter.ts";

/** What a session asks, and what it hands on. */
export interface SessionParts {
  readonly settings: Settings;
  /** Whether sockets can ping. Without pings we request heartbeats, and show them only if the user wants them. */
  readonly sendsPings: boolean;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  /** Asked for at the first Begin. */
  readonly replayBuffer: () => ReplayBuffer;
  /** With `speakerLabels`: the voices of the session. Asked for at each Begin. */
  readonly speakers: () => Speakers | undefined;
  /** What was written. After `fail` it takes no more. */
  readonly source: AudioSource & { end(error: StreamingError): void };
  /** @param text The message that the event was read from. */
  readonly events: { push(event: StreamingEvent, text?: string): void };
  readonly sockets: {
    /** Bytes that wait in a connection's socket. */
    buffered(connection: Connection): number;
    canPing(connection: Connection): boolean;
  };
  /** Whether there is surely no network. */
  readonly offline: () => boolean;
  /** Absent: only what `stats` shows is measured. */
  readonly latency?: LatencyMeter | undefined;
  readonly trace: (message: SessionTrace) => void;
}
