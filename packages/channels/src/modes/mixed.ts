import type { StreamingEvent, StreamingSession } from "voxpipe";
import { Alignment } from "../alignment/alignment.ts";
import { Lane } from "../alignment/lane.ts";
import type { ChannelEvent, ChannelTurnEvent, ChannelWord } from "../events/channel-event.ts";
import { timeOf } from "../events/event-time.ts";
import type { Settings } from "../options.ts";
import { Attributor } from "../voices/attribution.ts";
import type { CallParts, CallReports } from "./call-parts.ts";
import { Mixer } from "./mixer.ts";
import { reportStalls } from "./stalls.ts";

/** One session for the sum of all channels, whose words are attributed. */
export function mixed<Name extends string>(
  settings: Settings<Name>,
  reports: CallReports<Name>,
  open: (channel: undefined) => StreamingSession,
): CallParts<Name> {
  const { channels, encoding, sampleRate, maxSkew, audioBuffer } = settings;
  const mulaw = encoding === "pcm_mulaw";
  const frameBytes = mulaw ? 1 : 2;
  const session = open(undefined);
  const attributor = new Attributor(channels.length, sampleRate);
  const mixer = new Mixer(session, channels.length, mulaw, (parts) => attributor.push(parts));
  const listener = reportStalls(settings, reports, (channel, frames) => mixer.fill(channel, frames));
  const alignment = new Alignment(channels.length, sampleRate, maxSkew, listener);
  const highWaterMark = Math.max(1, (audioBuffer * sampleRate * frameBytes) / 1_000);
  const lanes = channels.map(
    (_, index) => new Lane({ frameBytes, samples: !mulaw, highWaterMark }, alignment.gate(index), mixer.output(index)),
  );
  mixer.whenGone((error) => {
    for (const lane of lanes) lane.fail(error);
  });
  const source = {
    events: session.events,
    timeOf,
    emit: (event: StreamingEvent) => attributed(event, channels, attributor),
    ended: (failure: { readonly error: unknown } | undefined) => reports.ended(0, failure),
  };
  return {
    sessions: [session],
    lanes,
    alignment,
    sources: [source],
    sessionOf: (channel) => (channel >= 0 && channel < channels.length ? session : undefined),
    flush: () => mixer.flush(),
  };
}

function attributed<Name extends string>(
  event: StreamingEvent,
  channels: readonly Name[],
  attributor: Attributor,
): ChannelEvent<Name> {
  if (event.type === "Turn") {
    const words = attributeWords(event.words, channels, attributor);
    return { ...event, words, ...summarize(words) };
  }
  if (event.type === "SpeakerRevision") {
    const revisions = event.revisions.map((turn) => ({
      ...turn,
      words: attributeWords(turn.words, channels, attributor),
    }));
    return { ...event, revisions };
  }
  return event;
}

function attributeWords<Name extends string>(
  words: ChannelTurnEvent<Name>["words"],
  channels: readonly Name[],
  attributor: Attributor,
): ChannelWord<Name>[] {
  const attributions = attributor.attribute(words);
  return words.map((word, index) => {
    const { channel: place = -1, confidence = 0, overlap = false } = attributions[index] ?? {};
    const channel = channels[place];
    return { ...word, ...(channel !== undefined && { channel }), channel_confidence: confidence, overlap };
  });
}

/** The channel that said most words of a turn, and how sure that is of the whole turn. */
function summarize<Name extends string>(words: readonly ChannelWord<Name>[]) {
  const counts = new Map<Name, number>();
  for (const { channel } of words) if (channel !== undefined) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  const [channel] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  if (channel === undefined) return { channel_confidence: 0, overlap: false };
  const sure = words.reduce((sum, word) => sum + (word.channel === channel ? (word.channel_confidence ?? 0) : 0), 0);
  const confidence = Math.round((1_000 * sure) / words.length) / 1_000;
  return { channel, channel_confidence: confidence, overlap: words.some(({ overlap }) => overlap === true) };
}
