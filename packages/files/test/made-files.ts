import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** 24.49 s of speech, mono s16le at 16 kHz. */
const sampleFile = fileURLToPath(new URL("../../recognizer/sample/sample.wav", import.meta.url));
export const sampleSeconds = 24.49;

/** Its samples. */
export const samplePcm: Uint8Array = readFileSync(sampleFile).subarray(44);

/** What ffmpeg makes of the sample, by file name. */
const recipes: Readonly<Record<string, readonly string[]>> = {
  "speech.wav": ["-c:a", "pcm_s24le", "-ar", "16000"],
  "speech.aiff": [],
  "speech-24.aiff": ["-c:a", "pcm_s24be"],
  "little-endian.aifc": ["-c:a", "pcm_s16le", "-f", "aiff"],
  "speech.flac": [],
  "stereo-44100.flac": ["-ar", "44100", "-ac", "2"],
  "speech.mp3": [],
  "stereo-44100.mp3": ["-ar", "44100", "-ac", "2", "-b:a", "64k"],
  "vorbis.ogg": ["-c:a", "libvorbis"],
  "flac.ogg": ["-c:a", "flac"],
  "opus.ogg": ["-c:a", "libopus"],
  // As Firefox records: pages of seconds, the last one too.
  "long-pages.ogg": ["-c:a", "libopus", "-page_duration", "3500000"],
  "short-packets.ogg": ["-c:a", "libopus", "-frame_duration", "2.5"],
  "long-packets.webm": ["-c:a", "libopus", "-frame_duration", "60"],
  "8000.aac": ["-c:a", "aac", "-ar", "8000", "-f", "adts"],
  "opus.webm": ["-c:a", "libopus"],
  "live.webm": ["-c:a", "libopus", "-f", "webm", "-live", "1"],
  "opus.mka": ["-c:a", "libopus"],
  "opus.mp4": ["-c:a", "libopus"],
  "pcm.mka": ["-c:a", "pcm_s16le"],
  "index-at-end.m4a": ["-c:a", "aac"],
  "index-first.m4a": ["-c:a", "aac", "-movflags", "+faststart"],
  "fragments.mp4": ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov+default_base_moof"],
  "speech.mov": ["-c:a", "aac", "-f", "mov"],
  "speech.aac": ["-c:a", "aac", "-f", "adts"],
  "alac.m4a": ["-c:a", "alac"],
};

export interface MadeFiles extends Disposable {
  readonly folder: string;
  get(name: string): Uint8Array<ArrayBuffer>;
}

/** Makes them all with one call. */
export function makeFiles(): MadeFiles {
  const folder = mkdtempSync(join(tmpdir(), "voxpipe-files-"));
  const outputs = Object.entries(recipes).flatMap(([name, args]) => [...args, join(folder, name)]);
  execFileSync("ffmpeg", ["-loglevel", "error", "-i", sampleFile, ...outputs]);
  return {
    folder,
    get: (name) => new Uint8Array(readFileSync(join(folder, name))),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** Bytes as a stream, in chunks that fit nothing. */
export function streamOf(bytes: Uint8Array, size = 4001): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + size));
        at += size;
      },
    },
    { highWaterMark: 0 },
  );
}

export async function collect(readable: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const reader = readable.getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) chunks.push(item.value);
  return chunks;
}
