import { encodePcm16 } from "@voxpipe/audio";
import { dialogue } from "../../src/voices/dialogue.fixture.ts";

/** What a call is like. */
export interface Cell {
  readonly channels: readonly string[];
  /** Share of utterances that begin while another continues. */
  readonly overlap: number;
  /** Level of each voice in the other channels, in dB. */
  readonly crosstalk: number;
  /** Whether times at the edges of turns absorb silence, as the service's do. */
  readonly edges: "exact" | "live";
}

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly channel: string;
}

/** A generated call: its words, each with its number as text, and each channel's audio as s16le at 16 kHz. */
export interface Call {
  readonly words: readonly Word[];
  readonly audio: ReadonlyMap<string, Uint8Array>;
  readonly ms: number;
}

const two = ["agent", "caller"];
const three = [...two, "boss"];

export const cells: readonly Cell[] = [two, three].flatMap((channels) =>
  [0, 0.1, 0.25].flatMap((overlap) =>
    [Number.NEGATIVE_INFINITY, -20, -10].flatMap((crosstalk) =>
      (["exact", "live"] as const).map((edges) => ({ channels, overlap, crosstalk, edges })),
    ),
  ),
);

/** The same call for cells that differ in their edges only. */
export function callOf({ channels, overlap, crosstalk }: Cell, words: number): Call {
  const talk = dialogue({ seed: 1 + channels.length * 100 + overlap * 100, words, channels, overlap, crosstalk });
  return {
    // At the end of a sentence the service may end a turn.
    words: talk.words.map((word, index) => ({ ...word, text: `${index}${word.text.endsWith(".") ? "." : ""}` })),
    audio: new Map(channels.map((name, index) => [name, encodePcm16(talk.audio[index] ?? new Float32Array(0))])),
    ms: talk.ms,
  };
}
