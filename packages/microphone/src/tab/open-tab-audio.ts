import { unlessAborted } from "../async.ts";
import { assertCapturing } from "../capture/capture-failure.ts";
import { liveTrack } from "../capture/stream-track.ts";
import { MicrophoneError } from "../microphone-error.ts";
import { checkOptions, type MicrophoneOptions } from "../microphone-options.ts";
import { CapturedTab, type TabAudio } from "./tab-audio.ts";
import { tabFailure, withoutTabAudio } from "./tab-failure.ts";

/** Options of `openTabAudio`: as those of `openMicrophone`. */
export type TabAudioOptions = Pick<MicrophoneOptions, "sampleRate" | "workletUrl" | "signal" | "audioBuffer">;

/** `getDisplayMedia`'s, of which not all are in TypeScript's library. */
const wanted = {
  // What is shared is to be heard as it is.
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  // Without a picture nothing may be asked for.
  video: true,
  systemAudio: "include",
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
} as const;

/**
 * Lets the visitor share a tab, and gives its sound as mono s16le: the other side of a meeting, beside a microphone. Call it
 * from a click's handler, before anything else is awaited. Only Chromium's browsers on computers share sound.
 *
 * @example
 * ```ts
 * const [others, me] = [await openTabAudio(), await openMicrophone()];
 * const call = connectChannels({ channels: ["others", "me"], sampleRate: 16_000, token: tokenFrom("/api/token") });
 * others.readable.pipeTo(call.audio.others).catch(() => {});
 * me.readable.pipeTo(call.audio.me).catch(() => {});
 * others.addEventListener("problem", ({ problem }) => show(problem?.message));
 * ```
 * @throws MicrophoneError `permission-dismissed` if nothing was shared, `no-tab-audio` if it was shared without sound, and
 * what `openMicrophone` throws
 */
export async function openTabAudio(options: TabAudioOptions = {}): Promise<TabAudio> {
  const settings = checkOptions(options);
  assertCapturing();
  if (typeof navigator.mediaDevices.getDisplayMedia !== "function")
    throw new MicrophoneError("unsupported", "This browser cannot share tabs. Chromium's browsers on computers can.");
  const signal = options.signal ?? new AbortController().signal;
  if (signal.aborted) throw aborted(signal);
  const stream = await requestTab(signal);
  try {
    for (const track of stream.getVideoTracks()) track.stop();
    if (!liveTrack(stream)) throw withoutTabAudio(stream.getVideoTracks()[0]?.getSettings().displaySurface);
    const tab = new CapturedTab(settings, stream);
    await tab.open();
    return tab;
  } catch (error) {
    stop(stream);
    throw error;
  }
}

async function requestTab(signal: AbortSignal): Promise<MediaStream> {
  try {
    return await unlessAborted(navigator.mediaDevices.getDisplayMedia(wanted), signal, stop);
  } catch (cause) {
    throw signal.aborted ? aborted(signal) : tabFailure(cause);
  }
}

function aborted(signal: AbortSignal): MicrophoneError {
  return new MicrophoneError("aborted", "Sharing a tab was given up through its signal.", { cause: signal.reason });
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
