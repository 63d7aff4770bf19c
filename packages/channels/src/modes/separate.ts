import type { StreamingEvent, StreamingSession } from "voxpipe";
import { Alignment } from "../alignment/alignment.ts";
import { Lane, type LaneOutput, silence } from "../alignment/lane.ts";
import type { ChannelEvent, ChannelWord } from "../events/channel-event.ts";
import { timeOf } from "../events/event-time.ts";
import { TurnNumbers } from "../events/turn-numbers.ts";
import type { Settings } from "../options.ts";
import type { CallParts, CallReports } from "./call-parts.ts";
import { reportStalls } from "./stalls.ts";

/** A session for each channel. */
export function separate<Name extends string>(
  settings: Settings<Name>,
  reports: CallReports<Name>,
  open: (channel: Name) => StreamingSession,
): CallParts<Name> {
  const { channels, encoding, sampleRate, maxSkew, audioBuffer } = settings;
  const mulaw = encoding === "pcm_mulaw";
  const frameBytes = mulaw ? 1 : 2;
  const sessions = channels.map(open);
  const outputs = sessions.map((session) => new SessionOutput(session, frameBytes, mulaw));
  const listener = reportStalls(settings, reports, (channel, frames) => outputs[channel]?.fill(frames));
  const alignment = new Alignment(channels.length, sampleRate, maxSkew, listener);
  const highWaterMark = Math.max(1, (audioBuffer * sampleRate * frameBytes) / 1_000);
  const lanes = outputs.map((output, index) => {
    const lane = new Lane({ frameBytes, samples: !mulaw, highWaterMark }, alignment.gate(index), output);
    output.whenGone((error) => lane.fail(error));
    return lane;
  });
  const numbers = new TurnNumbers(channels.length);
  const sources = sessions.map((session, index) => ({
    events: session.events,
    timeOf,
    emit: (event: StreamingEvent) => named(event, channels[index], (order) => numbers.of(index, order)),
    ended: (failure: { readonly error: unknown } | undefined) => reports.ended(index, failure),
  }));
  return { sessions, lanes, alignment, sources, sessionOf: (channel) => sessions[channel], flush: async () => {} };
}

/** The event of one session as one of the whole call. */
function named<Name extends string>(
  event: StreamingEvent,
  channel: Name | undefined,
  numberOf: (order: number) => number,
): ChannelEvent<Name> {
  const name = channel === undefined ? {} : { channel };
  switch (event.type) {
    case "Turn": {
      const words: ChannelWord<Name>[] = event.words.map((word) => ({ ...word, ...name, channel_confidence: 1 }));
      return { ...event, ...name, words, turn_order: numberOf(event.turn_order), channel_confidence: 1 };
    }
    case "SpeakerRevision": {
      const revisions = event.revisions.map((turn) => ({ ...turn, turn_order: numberOf(turn.turn_order) }));
      return { ...event, ...name, revisions };
    }
    case "LLMGatewayResponse":
      return typeof event.turn_order === "number"
        ? { ...event, ...name, turn_order: numberOf(event.turn_order) }
        : { ...event, ...name };
    default:
      return { ...event, ...name };
  }
}

/** Bytes of silence that are written at a time. */
const mostSilence = 32_768;

/** A session's audio, with the silence that takes the place of what did not come. */
class SessionOutput implements LaneOutput {
  readonly #writer: ReturnType<StreamingSession["audio"]["getWriter"]>;
  readonly #frameBytes: number;
  readonly #mulaw: boolean;
  /** Frames of silence that are still to be written. */
  #owed = 0;
  #paying: Promise<void> | undefined;

  constructor(session: StreamingSession, frameBytes: number, mulaw: boolean) {
    this.#writer = session.audio.getWriter();
    this.#frameBytes = frameBytes;
    this.#mulaw = mulaw;
  }

  /** Calls back if the session takes no more audio. */
  whenGone(gone: (error: unknown) => void): void {
    this.#writer.closed.catch(gone);
  }

  fill(frames: number): void {
    this.#owed += frames;
    this.#pay().catch(() => {});
  }

  async write(frames: Uint8Array): Promise<void> {
    await this.#pay();
    await this.#writer.write(frames);
  }

  async close(): Promise<void> {
    await this.#pay();
    await this.#writer.close();
  }

  async abort(reason: unknown): Promise<void> {
    this.#owed = 0;
    await this.#writer.abort(reason);
  }

  /** Writes the silence that is owed, as fast as the session takes it. */
  #pay(): Promise<void> {
    this.#paying ??= this.#payAll().finally(() => {
      this.#paying = undefined;
    });
    return this.#paying;
  }

  async #payAll(): Promise<void> {
    while (this.#owed > 0) {
      await this.#writer.ready;
      const frames = Math.min(this.#owed, mostSilence / this.#frameBytes);
      this.#owed -= frames;
      await this.#writer.write(silence(frames * this.#frameBytes, this.#mulaw));
    }
  }
}
