import { type Microphone, MicrophoneError, type MicrophoneOptions, type openMicrophone } from "@voxpipe/microphone";

/** What can be transcribed beside a microphone: any `MediaStream`, or mono s16le bytes at `sampleRate`. */
export type AudioSource = MediaStream | ReadableStream<Uint8Array>;

/** What is captured just now: a microphone, or what behaves like one. */
export type Capture = Pick<
  Microphone,
  "readable" | "level" | "device" | "state" | "droppedMs" | "mute" | "unmute" | "setDevice" | "stop"
> & { addEventListener(type: "statechange" | "devicechange" | "dropped", listener: () => void): void };

export type OpenOptions = Pick<MicrophoneOptions, "deviceId" | "sampleRate" | "muted" | "signal">;

/** What can be opened, and after a pause be opened again. */
export interface Source {
  open(options: OpenOptions): Promise<Capture>;
  /** It is not opened again. */
  release(): void;
}

/** @param isOurs whether the source was made for this run, so that its tracks are to be stopped behind it */
export async function sourceOf(
  given: AudioSource | undefined,
  isOurs: boolean,
  open: typeof openMicrophone,
  fixed: MicrophoneOptions,
): Promise<Source> {
  if (given === undefined) return { open: (options) => open({ ...fixed, ...options }), release() {} };
  checkSource(given);
  if ("getReader" in given) {
    // Only pages with such a stream load it.
    const { pcmSource } = await import("./pcm-source.ts");
    return pcmSource(given);
  }
  return {
    // A given stream has no device to choose.
    open: ({ deviceId, ...options }) => open({ ...fixed, ...options, stream: given, deviceId: undefined }),
    release() {
      if (isOurs) for (const track of given.getTracks()) track.stop();
    },
  };
}

/** @throws MicrophoneError `invalid-options` */
export function checkSource(given: unknown): void {
  if (typeof given === "object" && given !== null && ("getReader" in given || "getAudioTracks" in given)) return;
  const kind = Object.prototype.toString.call(given).slice(8, -1);
  throw new MicrophoneError(
    "invalid-options",
    `Invalid source of type ${kind}: give a MediaStream, a ReadableStream of mono s16le bytes, or a function that returns one of them.`,
  );
}
