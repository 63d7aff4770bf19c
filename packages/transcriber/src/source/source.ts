import type { ChannelsSession } from "@voxpipe/channels";
import { type Microphone, MicrophoneError, type MicrophoneOptions, type openMicrophone } from "@voxpipe/microphone";
import { ChannelError, type TranscriberError } from "../failure.ts";
import type { SourcesOptions, TranscriberOptions } from "../options.ts";
import type { ChannelSnapshot } from "../snapshot.ts";

/** What can be transcribed: a microphone, any `MediaStream`, or mono s16le bytes at `sampleRate`. */
export type AudioSource = "microphone" | MediaStream | ReadableStream<Uint8Array>;

export type Given = AudioSource | Microphone | undefined;

/**
 * A source, or a function that gives one at each start; also one that is open already, as `openTabAudio()` gives it. `signal`
 * aborts if the start is given up before: pass it on, so that nothing stays open while it is still being opened.
 */
export type SourceOption = AudioSource | ((options: { readonly signal: AbortSignal }) => Given | Promise<Given>);

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

/** What was asked for, once it is there. */
export interface Handed {
  readonly given: Given;
  /** Whether it was made for this run, and is to be stopped behind it. */
  readonly isOurs: boolean;
  /** When it was given, on the clock of `performance`. */
  readonly since: number;
  /** What a tab or microphone had dropped until then, in ms. */
  readonly droppedMs: number | undefined;
}

/** Options by the name of their channel; of one source the name says nothing. */
export type Wanted = readonly (readonly [name: string, option: SourceOption | undefined])[];

/**
 * The source of these options, or several as one. Functions are called at once: browsers open some sources only in a click's
 * own task. If one fails, or `signal` aborts, what they give is let go at once, however long our own code takes to load.
 */
export async function sourceOf(
  options: TranscriberOptions | SourcesOptions,
  wanted: Wanted,
  open: typeof openMicrophone,
  signal: AbortSignal,
): Promise<Source<Capture | Captures>> {
  const { sources, source = "microphone" } = options;
  if (!sources && source === "microphone") return microphoneSource(open, options.microphone);
  // A function may give the start up itself, so this comes first.
  const givenUp = new Promise<never>((_, reject) => {
    signal.onabort = reject;
  });
  const giving = new AbortController();
  const handing = wanted.map(async ([name, option]): Promise<Handed> => {
    try {
      const isOurs = typeof option === "function";
      const given = isOurs ? await option({ signal: giving.signal }) : option;
      return { given, isOurs, since: performance.now(), droppedMs: Object(given).droppedMs };
    } catch (cause) {
      throw new ChannelError(cause, sources && name);
    }
  });
  const handed = Promise.all(handing);
  // Only pages with such sources load it.
  const loading = import("./given-source.ts").then(({ givenSources }) => givenSources(options, handed, open, signal));
  try {
    return await Promise.race([givenUp, loading, handed.then(() => loading)]);
  } catch (error) {
    giving.abort();
    for (const each of handing) each.then(letGo).catch(() => {});
    loading.then((source) => source.release()).catch(() => {});
    throw error;
  }
}

export function microphoneSource(open: typeof openMicrophone, fixed?: MicrophoneOptions): Source {
  return { open: (options) => open({ ...fixed, ...options }), release() {} };
}

/** Ends what a function gave. Of what has a reader, that does it. */
export async function letGo({ given, isOurs }: Pick<Handed, "given" | "isOurs">): Promise<void> {
  const any: Partial<MediaStream & Microphone & ReadableStream> = Object(isOurs && given);
  for (const track of any.getTracks?.() ?? []) track.stop();
  await (any.stop?.() ?? any.cancel?.());
}

/** @throws MicrophoneError `invalid-options` */
export function checkSource(given: unknown): asserts given is AudioSource | undefined {
  const any: Partial<MediaStream & ReadableStream> = Object(given);
  if (given === undefined || given === "microphone" || any.getReader || any.getAudioTracks) return;
  throw new MicrophoneError(
    "invalid-options",
    `Invalid source of type ${Object.prototype.toString.call(given).slice(8, -1)}: give a MediaStream, a ReadableStream of mono s16le, or a function that returns one.`,
  );
}
