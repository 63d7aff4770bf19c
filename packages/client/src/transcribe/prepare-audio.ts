import { AudioError } from "@voxpipe/audio";
import { type AudioEncoding, StreamingError } from "@voxpipe/core";
import type { OpenSource } from "../streaming-client/audio-source.ts";
import { openChunks, peek } from "./chunks.ts";
import { detectAudio, detectionBytes, type StatedFormat } from "./detect-audio.ts";
import { type DescribedAudio, isBlob, isDescribed, type TranscribeSource } from "./transcribe-source.ts";
import { openWav } from "./wav-chunks.ts";

/** Audio as a session takes it. */
export interface PreparedAudio {
  readonly encoding: AudioEncoding;
  readonly sampleRate: number | undefined;
  readonly chunks: OpenSource;
  /** What was wrong with the audio although it could be read. Known once `chunks` have ended. */
  warning(): string | undefined;
}

const noWarning = () => undefined;

/**
 * Opens a source, and reads as much of it as shows what it is. When `signal` aborts, the source is given up; the promise may
 * then stay pending, as the source may.
 *
 * @throws StreamingError `invalid-audio`, `invalid-options`, or `audio-failed` if the source fails.
 */
export async function prepareAudio(
  given: TranscribeSource,
  stated: StatedFormat,
  signal: AbortSignal,
): Promise<PreparedAudio> {
  const source = await attempt(() => given);
  const chunks = openChunks(isDescribed(source) ? source.readable : isBlob(source) ? source.stream() : source);
  const giveUp = () => chunks.cancel();
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp);
  try {
    return isDescribed(source) ? describedAudio(source, chunks, stated) : await detectedAudio(chunks, stated);
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

async function detectedAudio(source: OpenSource, stated: StatedFormat): Promise<PreparedAudio> {
  // Each write is a packet, which has no header.
  if (stated.encoding === "opus")
    return { encoding: "opus", sampleRate: stated.sampleRate, chunks: source, warning: noWarning };
  const { head, ended, chunks } = await attempt(() => peek(source, detectionBytes));
  if (ended) throw new StreamingError("invalid-audio", "The audio is empty: not one byte. Check where it comes from.");
  const detected = detectAudio(head, stated);
  if (detected.kind === "as-is") return { ...detected, chunks, warning: noWarning };
  return { encoding: "pcm_s16le", ...(await attempt(() => openWav(chunks, stated.sampleRate))) };
}

function describedAudio(audio: DescribedAudio, chunks: OpenSource, stated: StatedFormat): PreparedAudio {
  const { encoding = "pcm_s16le", sampleRate } = audio;
  const problems = (["encoding", "sampleRate"] as const).flatMap((name) => {
    const actual = { encoding, sampleRate: sampleRate ?? stated.sampleRate }[name];
    const value = stated[name];
    return value === undefined || value === actual
      ? []
      : `${name}: ${JSON.stringify(value)} is not what the audio says of itself, ${JSON.stringify(actual)}. Leave it out.`;
  });
  if (problems.length > 0) throw new StreamingError("invalid-options", problems.join("\n"));
  const rate = sampleRate ?? stated.sampleRate;
  return { encoding, sampleRate: rate, chunks, warning: () => audio.warning?.() };
}

/** What a source throws is `audio-failed`, as it is once a session runs; a file that cannot be read is `invalid-audio`. */
async function attempt<T>(work: () => T): Promise<Awaited<T>> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StreamingError) throw cause;
    if (cause instanceof AudioError) throw new StreamingError("invalid-audio", cause.message, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StreamingError("audio-failed", `The audio source failed: ${reason}.`, { cause });
  }
}
