import { oneLine } from "../text/align.ts";

/** Who speaks. */
export interface Speaker {
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
}

/** How speakers and gaps are named. */
export interface Labels {
  /**
   * Returns the name of a speaker; an empty string for none.
   * @default the channel, the speaker's label, or both
   */
  readonly name?: ((speaker: Speaker) => string) | undefined;
  /**
   * Returns the mark for lost audio, at most 42 characters; an empty string for none.
   * @default `[1.2 s of audio lost]`
   */
  readonly gap?: ((lostMs: number) => string) | undefined;
}

/** On one line; empty if the speaker has no name. */
export function nameOf(speaker: Speaker, { name = byLabels }: Labels): string {
  return oneLine(name(speaker));
}

function byLabels({ speaker, channel }: Speaker): string {
  return [channel, speaker].filter((part) => part !== undefined).join(" ");
}

export function gapLabel(lostMs: number, { gap = inSeconds }: Labels): string {
  return oneLine(gap(lostMs));
}

function inSeconds(lostMs: number): string {
  return `[${(lostMs / 1000).toFixed(1)} s of audio lost]`;
}
