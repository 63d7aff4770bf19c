import type { ChannelsSession } from "@voxpipe/channels";
import { type Microphone, MicrophoneError, type MicrophoneOptions, type openMicrophone } from "@voxpipe/microphone";
import type { TranscriberError } from "../failure.ts";
import type { SourcesOptions, TranscriberOptions } from "../options.ts";
import type { ChannelSnapshot } from "../snapshot.ts";

/** What can be transcribed: a microphone, any `MediaStream`, or mono s16le bytes at `sampleRate`. */
export type AudioSource = "microphone" | MediaStream | ReadableStream<Uint8Array>;

export type Given = AudioSource | Microphone | undefined;

/** A source, or a function that gives one at each start; also one that is open already, as `openTabAudio()` gives it. */
export type SourceOption = AudioSource | (() => Given | Promise<Given>);

/** What is captured just now: a microphone, or what behaves like one. */
export type Capture = Pick<
  Microphone,
  "readable" | "level" | "device" | "state" | "droppedMs" | "mute" | "unmute" | "setDevice" | "stop"
> & {
  addEventListener(type: "statechange" | "devicechange" | "dropped", listener: () => void): void;
  /** Of one that was open before: when its audio begins, on the clock of `performance`. */
  readonly since?: number | undefined;
  /** Of a shared tab. */
  readonly problem?: MicrophoneError | undefined;
  /** Of several sources: each one, and why the first one failed that did. */
  readonly channels?: Readonly<Record<string, ChannelSnapshot>>;
  readonly error?: TranscriberError | undefined;
};

/** What is captured of several sources. */
export interface Captures extends Omit<Capture, "readable"> {
  /** Starts a session, or one for each. `sent` resolves when all have ended, and rejects if all have failed. */
  connect(signal: AbortSignal): { readonly call: ChannelsSession<string>; readonly sent: Promise<void> };
}

export type OpenOptions = Pick<MicrophoneOptions, "deviceId" | "sampleRate" | "muted" | "signal">;

/** What can be opened, and after a pause be opened again. */
export interface Source<Opened = Capture> {
  open(options: OpenOptions): Promise<Opened>;
  /** It is not opened again. */
  release(): void;
}

/** What was asked for; a promise of what a function will give, which is ours. */
export type Asked = Given | Promise<Given>;

/**
 * The source of these options, or several as one. Functions are called at once: browsers open some sources only in a click's
 * own task.
 */
export async function sourceOf(
  options: TranscriberOptions | SourcesOptions,
  wanted: readonly (SourceOption | undefined)[],
  open: typeof openMicrophone,
  signal: AbortSignal,
): Promise<Source<Capture | Captures>> {
  if (!options.sources && (wanted[0] ?? "microphone") === "microphone")
    return microphoneSource(open, options.microphone);
  const asked = wanted.map((option) => (typeof option === "function" ? (async () => option())() : option));
  // One that rejects meanwhile is reported by its reader.
  void Promise.allSettled(asked);
  // Only pages with such sources load it.
  const given = await import("./given-source.ts").catch((error: unknown) => {
    letGo(asked);
    throw error;
  });
  return given.givenSources(options, asked, open, signal);
}

export function microphoneSource(open: typeof openMicrophone, fixed?: MicrophoneOptions): Source {
  return { open: (options) => open({ ...fixed, ...options }), release() {} };
}

/** Ends what functions give, now or later. Of what has a reader, that does it. */
export function letGo(asked: readonly Asked[]): void {
  for (const each of asked) if (each instanceof Promise) each.then(end).catch(() => {});
}

async function end(given: unknown): Promise<void> {
  const any: Partial<MediaStream & Microphone & ReadableStream> = Object(given);
  for (const track of any.getTracks?.() ?? []) track.stop();
  await any.stop?.();
  await any.cancel?.();
}

/** @throws MicrophoneError `invalid-options` */
export function checkSource(given: unknown): asserts given is AudioSource | undefined {
  if (given === undefined || given === "microphone") return;
  if (typeof given === "object" && given !== null && ("getReader" in given || "getAudioTracks" in given)) return;
  const kind = Object.prototype.toString.call(given).slice(8, -1);
  throw new MicrophoneError(
    "invalid-options",
    `Invalid source of type ${kind}: give a MediaStream, a ReadableStream of mono s16le, or a function that returns one.`,
  );
}
