import { liveTrack, withoutLiveTrack } from "./capture/stream-track.ts";
import { MicrophoneError } from "./microphone-error.ts";

export interface MicrophoneOptions {
  /**
   * Which microphone, by its id in `listMicrophones()`.
   * @default the system's default, followed when it changes
   */
  readonly deviceId?: string | undefined;
  /**
   * The sample rate of the audio in `readable`, in Hz: 8000–96000, as the service accepts (protocol section 2).
   * @default 16000
   */
  readonly sampleRate?: number | undefined;
  /**
   * Audio to use instead of a microphone: a tab's, a remote call's. The first live audio track is captured, and when it ends
   * the microphone ends; mix several tracks yourself. The tracks remain yours to stop.
   */
  readonly stream?: MediaStream | undefined;
  /**
   * The URL of the worklet's file. A Blob URL needs a Content-Security-Policy that allows it.
   * @default beside this module
   */
  readonly workletUrl?: string | URL | undefined;
  /**
   * Gives silence from the first sample on, until `unmute()`.
   * @default false
   */
  readonly muted?: boolean | undefined;
  /** Aborts opening; later, stops the microphone at once, and errors its `readable`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How much audio is kept for a slow or missing reader, in ms: 100–3,600,000. Beyond it the oldest is dropped.
   * @default 30000
   */
  readonly audioBuffer?: number | undefined;
  /**
   * Echo cancellation, noise suppression and so on.
   * @default the browser's defaults
   */
  readonly constraints?: Omit<MediaTrackConstraints, "deviceId"> | undefined;
}

/** One hour, in ms. */
const longestBuffer = 3_600_000;

/** The options with their defaults. */
export interface MicrophoneSettings extends MicrophoneOptions {
  readonly sampleRate: number;
  readonly audioBuffer: number;
  readonly workletUrl: string | URL;
  readonly muted: boolean;
}

const names: readonly string[] = [
  "deviceId",
  "sampleRate",
  "stream",
  "workletUrl",
  "muted",
  "signal",
  "audioBuffer",
  "constraints",
] satisfies (keyof MicrophoneOptions)[];

/** @throws MicrophoneError `invalid-options`, with the value and what is allowed. */
export function checkOptions(options: MicrophoneOptions): MicrophoneSettings {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`option ${unknown}: there is no such option. Use ${names.join(", ")}`);
  const { sampleRate = 16_000, audioBuffer = 30_000, stream, deviceId, muted = false } = options;
  if (!Number.isInteger(sampleRate) || sampleRate < 8_000 || sampleRate > 96_000) {
    throw invalid(`sampleRate ${shown(sampleRate)}: use a whole number of Hz from 8000 to 96000`);
  }
  if (typeof audioBuffer !== "number" || !(audioBuffer >= 100 && audioBuffer <= longestBuffer)) {
    throw invalid(`audioBuffer ${shown(audioBuffer)}: use a number of ms from 100 to ${longestBuffer}`);
  }
  if (typeof muted !== "boolean") throw invalid(`muted ${shown(muted)}: use true or false`);
  if (deviceId !== undefined) checkDeviceId(deviceId);
  if (stream !== undefined) {
    if (deviceId !== undefined) throw invalid("stream and deviceId: pass one of them, not both");
    // Checked by its methods: a stream of another frame has another class.
    if (typeof stream !== "object" || typeof stream?.getAudioTracks !== "function") {
      throw invalid(`stream ${shown(stream)}: pass a MediaStream, such as new MediaStream([track])`);
    }
    if (!liveTrack(stream)) throw invalid(`stream: ${withoutLiveTrack(stream)}`);
  }
  const workletUrl = options.workletUrl ?? besideModule();
  if (!isAddress(workletUrl)) {
    throw invalid(`workletUrl ${shown(workletUrl)}: pass the address of @voxpipe/microphone/worklet.js on your site`);
  }
  // The list's entry for the default has an empty id.
  return { ...options, deviceId: deviceId || undefined, sampleRate, audioBuffer, workletUrl, muted };
}

/** @throws MicrophoneError `invalid-options`. */
export function checkDeviceId(deviceId: unknown): void {
  if (typeof deviceId === "string") return;
  throw invalid(`deviceId ${shown(deviceId)}: pass an id from listMicrophones(), or none for the system's default`);
}

function isAddress(url: string | URL): boolean {
  try {
    return new URL(url, globalThis.document?.baseURI ?? "http://localhost") !== undefined;
  } catch {
    return false;
  }
}

/** Bundlers find the worklet's file only by exactly this expression. */
function besideModule(): URL {
  try {
    return new URL("./worklet.js", import.meta.url);
  } catch (cause) {
    throw new MicrophoneError(
      "invalid-options",
      "Missing workletUrl: this bundle does not know its own address (it is a classic script, or comes from a Blob), so it cannot find the worklet beside it. Serve @voxpipe/microphone/worklet.js from the page's own origin, and pass its address as workletUrl.",
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
