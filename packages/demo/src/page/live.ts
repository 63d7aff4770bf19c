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

export const isRunning = (): boolean => !/idle|failed/.test(live.snapshot.status);

/** Starts. While it runs: stops, and what was said is still transcribed; at once if it is finishing already. */
export function toggle(chosen?: File): void {
  if (live.snapshot.status === "finishing") return live.abort();
  file = chosen;
  void (isRunning() ? live.stop() : live.start());
}
