import type { StreamingEvent, StreamingSession } from "voxpipe";
import type { Alignment } from "../alignment/alignment.ts";
import type { Lane } from "../alignment/lane.ts";
import type { ChannelEvent } from "../events/channel-event.ts";
import type { EventSource } from "../events/merged-events.ts";

/** What a mode makes of the channels. */
export interface CallParts<Name extends string> {
  readonly sessions: readonly StreamingSession[];
  readonly lanes: readonly Lane[];
  readonly alignment: Alignment;
  readonly sources: readonly EventSource<StreamingEvent, ChannelEvent<Name>>[];
  /** The session of a channel, by the channel's place. */
  sessionOf(channel: number): StreamingSession | undefined;
  /** Sends what waits for audio of other channels. */
  flush(): Promise<void>;
}

/** How a mode reports what is about a channel rather than from its session. */
export interface CallReports<Name extends string> {
  report(event: ChannelEvent<Name>): void;
  /** The events of a session have ended. */
  ended(session: number, failure: { readonly error: unknown } | undefined): void;
}
