import { readFileSync } from "node:fs";
import { mulawFromSample, Resampler } from "@voxpipe/audio";
import type { ConnectOptions } from "@voxpipe/core";
import type { Random } from "@voxpipe/testing/random";
import { oggPackets, oggPage } from "./ogg.ts";
import { cutSpeech, recorded, shortGaps, type ToneSpeech, toneSamples, toneSpeech } from "./tone-speech.ts";

export const encodings = ["PCM", "mu-law", "Opus", "Ogg", "AAC"] as const;
export type Encoding = (typeof encodings)[number];

/** Speech as a client would write it. */
export interface ToneSource {
  readonly speech: ToneSpeech;
  readonly writes: readonly Uint8Array[];
  readonly options: Pick<ConnectOptions, "encoding" | "sampleRate" | "frameDuration">;
}

const packetMs = 20;
const aacFrameMs = 64;
/** Headers at the beginning of the Ogg file. */
const headers = 2;

/** @param talkMs how long people talk, in PCM and mu-law; the others are recorded */
export function toneSource(encoding: Encoding, random: Random, talkMs?: number): ToneSource {
  if (encoding === "PCM" || encoding === "mu-law") return fresh(encoding, random, talkMs);
  const parts = random.between(2, 3);
  const fromMs = 4_000 * random.between(0, recorded.durationMs / 4_000 - parts);
  const toMs = fromMs + 4_000 * parts;
  const speech = cutSpeech(toneSpeech(recorded.seed, recorded.durationMs), fromMs, toMs);
  if (encoding === "AAC") {
    const frames = adtsFrames().slice(Math.ceil(fromMs / aacFrameMs), Math.floor(toMs / aacFrameMs));
    // Cut at a frame, which begins a little later than the speech. The first decodes to nothing: the encoder's delay.
    const late = aacFrameMs * Math.ceil(fromMs / aacFrameMs) - fromMs;
    const moved = speech.words.map((word) => ({ ...word, start: word.start - late, end: word.end - late }));
    const source = { words: moved, durationMs: frames.length * aacFrameMs };
    return {
      speech: source,
      writes: inPieces(frames, random),
      options: { encoding: "aac", frameDuration: random.pick([50, 1_000]) },
    };
  }
  const packets = opusPackets();
  const cut = packets.slice(headers + fromMs / packetMs, headers + toMs / packetMs);
  if (encoding === "Opus") return { speech, writes: cut, options: { encoding: "opus" } };
  // MediaRecorder writes pages of some hundred ms, ffmpeg and opusenc of a second.
  const perPage = random.pick([1, 15, 50, 50]);
  const pages = [oggPage(packets.slice(0, 1), 0, 0), oggPage(packets.slice(1, headers), 0, 1)];
  for (let at = 0; at < cut.length; at += perPage) {
    const some = cut.slice(at, at + perPage);
    pages.push(oggPage(some, (at + some.length) * packetMs * 48, pages.length));
  }
  return { speech, writes: inPieces(pages, random), options: { encoding: "ogg_opus" } };
}

function fresh(encoding: "PCM" | "mu-law", random: Random, talkMs?: number): ToneSource {
  const seed = random.between(1, 2 ** 30);
  const speech = talkMs ? toneSpeech(seed, talkMs, shortGaps) : toneSpeech(seed, random.between(6_000, 12_000));
  const samples = toneSamples(speech, random.between(1, 2 ** 30));
  if (encoding === "PCM")
    return { speech, writes: inPieces([new Uint8Array(samples.buffer)], random), options: { sampleRate: 16_000 } };
  const resampler = new Resampler(16_000, 8_000);
  const narrow = resampler.push(Float32Array.from(samples, (sample) => sample / 32_768));
  const codes = Uint8Array.from(narrow, (sample) => mulawFromSample(Math.round(sample * 32_767)));
  const options = { encoding: "pcm_mulaw", sampleRate: 8_000 } as const;
  return { speech: { ...speech, durationMs: codes.length / 8 }, writes: inPieces([codes], random), options };
}

function opusPackets(): Uint8Array[] {
  return oggPackets(readFileSync(new URL("./fixtures/tones.ogg", import.meta.url)));
}

function adtsFrames(): Uint8Array[] {
  const bytes = readFileSync(new URL("./fixtures/tones.aac", import.meta.url));
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (((bytes[at + 3] ?? 0) & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
    frames.push(bytes.subarray(at, at + length));
    at += length;
  }
  return frames;
}

/** The same bytes, in writes that begin and end anywhere. */
function inPieces(parts: readonly Uint8Array[], random: Random): Uint8Array[] {
  const bytes = Buffer.concat(parts);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.between(1, 8_000);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
