import { liveTrack, withoutLiveTrack } from "./capture/stream-track.ts";
import { MicrophoneError } from "./microphone-error.ts";

export interface MicrophoneOptions {
  /**
   * Which microphone, by its id in `listMicrophones()`.
   * @default the system's default, also when that changes
   */
  readonly deviceId?: string | undefined;
  /**
   * Of the audio given, in Hz: 8000–96000, as the service takes it (protocol section 2).
   * @default 16000
   */
  readonly sampleRate?: number | undefined;
  /**
   * Audio to take instead of a microphone's: a tab's, a remote call's. Of several audio tracks the first that is live is
   * heard, and its end ends the microphone; mix them yourself to hear all. The tracks stay yours to stop.
   */
  readonly stream?: MediaStream | undefined;
  /**
   * Where the worklet's file is. A Blob's URL needs a Content-Security-Policy that allows it.
   * @default beside this module
   */
  readonly workletUrl?: string | URL | undefined;
  /** Gives up opening; later, ends the microphone at once, and its `readable` with an error. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Audio that is kept for a reader that is slow, or not there yet, in ms: 100–3,600,000. Beyond it the oldest is dropped.
   * @default 30000
   */
  readonly audioBuffer?: number | undefined;
  /** Echo cancellation, noise suppression and the like. The browser's defaults unless given. */
  readonly constraints?: Omit<MediaTrackConstraints, "deviceId"> | undefined;
}

/** In ms: an hour. */
const longestBuffer = 3_600_000;

/** The options with their defaults. */
export interface MicrophoneSettings extends MicrophoneOptions {
  readonly sampleRate: number;
  readonly audioBuffer: number;
  readonly workletUrl: string | URL;
}

const names: readonly string[] = [
  "deviceId",
  "sampleRate",
  "stream",
  "workletUrl",
  "signal",
  "audioBuffer",
  "constraints",
] satisfies (keyof MicrophoneOptions)[];

/** @throws MicrophoneError `invalid-options`, naming the value and what would do. */
export function checkOptions(options: MicrophoneOptions): MicrophoneSettings {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`option ${unknown}: there is none of this name. Use ${names.join(", ")}`);
  const { sampleRate = 16_000, audioBuffer = 30_000, stream, deviceId } = options;
  if (!Number.isInteger(sampleRate) || sampleRate < 8_000 || sampleRate > 96_000) {
    throw invalid(`sampleRate ${shown(sampleRate)}: use a whole number of Hz from 8000 to 96000`);
  }
  if (typeof audioBuffer !== "number" || !(audioBuffer >= 100 && audioBuffer <= longestBuffer)) {
    throw invalid(`audioBuffer ${shown(audioBuffer)}: use a number of ms from 100 to ${longestBuffer}`);
  }
  if (deviceId !== undefined) checkDeviceId(deviceId);
  if (stream !== undefined) {
    if (deviceId !== undefined) throw invalid("stream and deviceId: give one of them, not both");
    // By what it can do, for one of another frame is of another class.
    if (typeof stream !== "object" || typeof stream?.getAudioTracks !== "function") {
      throw invalid(`stream ${shown(stream)}: give a MediaStream, such as new MediaStream([track])`);
    }
    if (!liveTrack(stream)) throw invalid(`stream: ${withoutLiveTrack(stream)}`);
  }
  const workletUrl = options.workletUrl ?? besideModule();
  if (!isAddress(workletUrl)) {
    throw invalid(`workletUrl ${shown(workletUrl)}: give the address of @voxpipe/microphone/worklet.js on your site`);
  }
  // A list's entry for the default has an empty id.
  return { ...options, deviceId: deviceId || undefined, sampleRate, audioBuffer, workletUrl };
}

/** @throws MicrophoneError `invalid-options`. */
export function checkDeviceId(deviceId: unknown): void {
  if (typeof deviceId === "string") return;
  throw invalid(`deviceId ${shown(deviceId)}: give an id of listMicrophones(), or none for the system's default`);
}

function isAddress(url: string | URL): boolean {
  try {
    return new URL(url, globalThis.document?.baseURI ?? "http://localhost") !== undefined;
  } catch {
    return false;
  }
}

/** Bundlers find the worklet's file by exactly this expression. */
function besideModule(): URL {
  try {
    return new URL("./worklet.js", import.meta.url);
  } catch (cause) {
    throw new MicrophoneError(
      "invalid-options",
      "Missing workletUrl: this bundle does not know its own address (it is a classic script, or comes from a Blob), so the worklet is not found beside it. Serve @voxpipe/microphone/worklet.js from the page's own origin, and give its address as workletUrl.",
      { cause },
    );
  }
}

function invalid(what: string): MicrophoneError {
  return new MicrophoneError("invalid-options", `Invalid ${what}.`);
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? `of type ${value.constructor?.name ?? "object"}` : String(value);
}
