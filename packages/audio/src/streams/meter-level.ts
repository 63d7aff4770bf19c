import type { Bytes } from "../pcm/bytes.ts";
import { FrameAligner } from "../pcm/frame-aligner.ts";
import { type LevelReport, LevelReporter } from "../pcm/level.ts";
import { assertSampleRate } from "../pcm/pcm-format.ts";
import { decodeMono } from "../pcm/sample-codec.ts";
import { type AudioBytes, bytesOf } from "./audio-bytes.ts";

export interface MeterLevelOptions {
  /** Rate of the audio, in Hz. */
  readonly sampleRate: number;
  /** Seconds of audio per report. 0.1 if left out. */
  readonly interval?: number;
  /** Called for each stretch of audio as it passes. What it throws fails the stream. */
  readonly onLevel: (level: LevelReport) => void;
}

/** Mono s16le in, the same chunks out, and the level of each stretch reported on the way. */
export function meterLevel<Chunk extends AudioBytes = Bytes>(
  options: MeterLevelOptions,
): TransformStream<Chunk, Chunk> {
  const { sampleRate, interval = 0.1, onLevel } = options;
  assertSampleRate("sampleRate", sampleRate);
  const aligner = new FrameAligner(2);
  const reporter = new LevelReporter(sampleRate, interval, onLevel);
  return new TransformStream<Chunk, Chunk>({
    transform(chunk, controller) {
      reporter.push(decodeMono(aligner.push(bytesOf(chunk)), "s16le"));
      controller.enqueue(chunk);
    },
    flush() {
      reporter.flush();
    },
  });
}
