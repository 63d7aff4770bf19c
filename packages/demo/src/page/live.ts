import { createTranscriber } from "@voxpipe/transcriber";
import { tokenFrom } from "voxpipe";
import { fileAudio, fileSampleRate } from "./file-audio.ts";
import { share } from "./share.ts";

let file: File | undefined;

/** A microphone, or the file that was chosen, as captions. */
export const live = createTranscriber({
  token: tokenFrom("/api/token"),
  apiHost: document.querySelector<HTMLMetaElement>('meta[name="api-host"]')?.content,
  formatTurns: true,
  // As long as the microphone keeps what was said meanwhile.
  connectTimeout: 30_000,
  // A recogniser on a busy machine is behind what it was given.
  terminationTimeout: 30_000,
  sampleRate: fileSampleRate,
  source: () => file && fileAudio(file),
  onEvent: share,
});

export function begin(chosen?: File): void {
  file = chosen;
  void live.start();
}

/** Once: what was said is still transcribed. The second time: at once. */
export function end(): void {
  if (live.snapshot.status === "finishing") live.abort();
  else void live.stop();
}
