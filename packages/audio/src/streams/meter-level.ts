import type { Bytes } from "../pcm/bytes.ts";
import { FrameAligner } from "../pcm/frame-aligner.ts";
import { type LevelReport, LevelReporter } from "../pcm/level.ts";
import { assertSampleRate } from "../pcm/pcm-format.ts";
import { decodeMono } from "../pcm/sample-codec.ts";
import { type AudioBytes, bytesOf } from "./audio-bytes.ts";

export interface MeterLevelOptions {
  /** Sample rate of the audio, in Hz. */
  readonly sampleRate: number;
  /**
   * Seconds of audio per report.
   * @default 0.1
   */
  readonly interval?: number;
  /** Called for each part of the audio as it passes. If it throws, the stream fails. */
  readonly onLevel: (level: LevelReport) => void;
}

/**
 * Takes mono s16le, passes the same chunks on, and reports the level of each part.
 *
 * @throws {AudioError} `invalid-option`
 * @example
 * microphone.pipeThrough(meterLevel({ sampleRate: 16_000, onLevel: ({ rms }) => draw(rms) })).pipeTo(session.audio);
 */
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
