/** The rate that engines hear, in Hz. */
export const engineRate = 16_000;

/** One session's audio on its way from the wire's bytes to an engine's samples. */
export interface AudioInput {
  /** A message's duration in ms by the declared rate and encoding; absent if only decoding shows it. */
  durationOf?(bytes: Uint8Array): number;
  /** The samples that are now complete: 16 kHz mono. s16le at 16 kHz comes out as it is, each value over 32768. */
  decode(bytes: Uint8Array): Float32Array | Promise<Float32Array>;
  /** What the decoder still held. */
  flush(): Float32Array | Promise<Float32Array>;
  close(): void;
}
