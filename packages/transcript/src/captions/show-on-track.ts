import type { Labels } from "../cues/labels.ts";
import { escapeVtt, voiced } from "../formats/web-vtt.ts";
import type { CaptionUpdate } from "./shown-turn.ts";

/** The part of a browser's `TextTrack` that is used. */
export interface CaptionTrack {
  addCue(cue: TrackCue): void;
  removeCue(cue: TrackCue): void;
}

/** The part of a browser's `TextTrackCue` that is used. */
export interface TrackCue {
  id: string;
  startTime: number;
  endTime: number;
}

export interface TrackOptions extends Labels {
  /**
   * The media's time when the session's audio began, in seconds.
   * @default 0
   */
  readonly offset?: number | undefined;
}

/** Cues that a later update may change. */
const mostCues = 64;

/**
 * Puts live captions on a track of a media element, as `VTTCue`s. Provisional words have the class `provisional`, for
 * `::cue(.provisional)`.
 *
 * @example
 * const track = video.addTextTrack("captions", "English", "en");
 * track.mode = "showing";
 * await showOnTrack(session.events.pipeThrough(captions()), track, { offset: video.currentTime });
 * @returns a promise that resolves when the captions have ended; it rejects with the error that ended them
 */
export function showOnTrack(
  updates: ReadableStream<CaptionUpdate>,
  track: CaptionTrack,
  options: TrackOptions = {},
): Promise<void> {
  const { offset = 0 } = options;
  const cues = new Map<string, VTTCue>();
  const show = (update: CaptionUpdate) => {
    const { id, text } = update;
    const known = cues.get(id);
    if (text === "") {
      if (known) track.removeCue(known);
      cues.delete(id);
      return;
    }
    const cue = known ?? new VTTCue(0, 0, "");
    cue.id = id;
    cue.startTime = offset + update.start / 1000;
    cue.endTime = offset + update.end / 1000;
    cue.text = voiced(update, markedText(update), options);
    if (known) return;
    track.addCue(cue);
    cues.set(id, cue);
    for (const oldest of cues.keys()) {
      if (cues.size <= mostCues) break;
      cues.delete(oldest);
    }
  };
  return updates.pipeTo(new WritableStream({ write: show }));
}

function markedText({ text, stableText }: CaptionUpdate): string {
  const open = escapeVtt(text.slice(stableText.length));
  return escapeVtt(stableText) + (open === "" ? "" : `<c.provisional>${open}</c>`);
}
