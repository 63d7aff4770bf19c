import type { Level } from "@voxpipe/audio";

/** The name under which the worklet registers its processor. */
export const processorName = "voxpipe-microphone";

export interface ProcessorOptions {
  /** Sample rate of the chunks, in Hz. */
  readonly sampleRate: number;
}

/** To the worklet. `finish` makes it send the rest of the audio and end. */
export type WorkletCommand = "mute" | "unmute" | "finish";

/** From the worklet: a chunk of mono s16le, transferred; or that it has finished. */
export type WorkletReport = { readonly pcm: Uint8Array<ArrayBuffer>; readonly level: Level } | "finished";
