import { MicrophoneError } from "./microphone-error.ts";

export interface MicrophoneOptions {
  /** Which microphone, by its id in `listMicrophones()`. Unless given, the system's default, also when that changes. */
  readonly deviceId?: string | undefined;
  /** Of the audio given, in Hz: 8000–96000, as the service takes it (protocol section 2). Default 16 000. */
  readonly sampleRate?: number | undefined;
  /** Audio to take instead of a microphone's: a tab's, a remote call's. Its tracks stay the caller's to stop. */
  readonly stream?: MediaStream | undefined;
  /** Where the worklet's file is, unless beside this module. A Blob's URL needs a Content-Security-Policy that allows it. */
  readonly workletUrl?: string | URL | undefined;
  /** Gives up opening; later, ends the microphone at once, and its `readable` with an error. */
  readonly signal?: AbortSignal | undefined;
  /** Audio that is kept for a reader that is slow, or not there yet, in ms. Beyond it the oldest goes. Default 30 000. */
  readonly audioBuffer?: number | undefined;
  /** Echo cancellation, noise suppression and the like. The browser's defaults unless given. */
  readonly constraints?: Omit<MediaTrackConstraints, "deviceId"> | undefined;
}

/** The options with their defaults. */
export interface MicrophoneSettings extends MicrophoneOptions {
  readonly sampleRate: number;
  readonly audioBuffer: number;
  readonly workletUrl: string | URL;
}

/** @throws MicrophoneError `invalid-options`, naming the value and what would do. */
export function checkOptions(options: MicrophoneOptions): MicrophoneSettings {
  const { sampleRate = 16_000, audioBuffer = 30_000, stream, deviceId } = options;
  if (!Number.isInteger(sampleRate) || sampleRate < 8_000 || sampleRate > 96_000) {
    throw invalid(`sampleRate ${sampleRate}: use a whole number of Hz from 8000 to 96000`);
  }
  if (!(audioBuffer >= 100)) throw invalid(`audioBuffer ${audioBuffer}: use at least 100 ms`);
  if (stream !== undefined && deviceId !== undefined) throw invalid("stream and deviceId: give one of them");
  if (stream?.getAudioTracks().every(({ readyState }) => readyState === "ended")) {
    throw invalid("stream: it has no audio track that is live");
  }
  const workletUrl = options.workletUrl ?? new URL("./worklet.js", import.meta.url);
  return { ...options, sampleRate, audioBuffer, workletUrl };
}

function invalid(what: string): MicrophoneError {
  return new MicrophoneError("invalid-options", `Invalid ${what}.`);
}
