import type { ChannelEvent, ChannelsOptions } from "@voxpipe/channels";
import type { listMicrophones, MicrophoneOptions, openMicrophone } from "@voxpipe/microphone";
import type { TranscriptOptions } from "@voxpipe/transcript";
import type { ConnectOptions, StreamingEvent } from "voxpipe";
import type { SourceOption } from "./source/source.ts";

/** Options of every transcriber. */
export interface CommonOptions {
  /**
   * Of the audio, in Hz: what a microphone is asked for, and what a `ReadableStream` has.
   * @default 16000
   */
  readonly sampleRate?: number | undefined;
  /** How a microphone is opened; `deviceId` is the first choice. */
  readonly microphone?: Omit<MicrophoneOptions, "sampleRate" | "signal" | "stream" | "muted"> | undefined;
  /** `keep` bounds the transcript; `from` is one to continue with, as after a reload. */
  readonly transcript?: TranscriptOptions | undefined;
  /**
   * Other functions instead of `@voxpipe/microphone`'s, such as `fakeMicrophones(…)` of
   * `@voxpipe/microphone/testing`.
   */
  readonly microphones?:
    | { readonly openMicrophone: typeof openMicrophone; readonly listMicrophones: typeof listMicrophones }
    | undefined;
}

/** The options of `connect` (`token`, `speechModel`, `formatTurns`, …), and these. */
export interface TranscriberOptions extends Omit<ConnectOptions, "sampleRate" | "encoding" | "signal">, CommonOptions {
  /**
   * What is transcribed. A function is called at each `start()`, in the same task, so that it may ask the visitor for a tab;
   * what it returns is the transcriber's, which stops it. Its `signal` aborts if the start is given up before it has returned
   * one. A `ReadableStream` has mono s16le and can be started once.
   * @default "microphone", also if the function returns undefined
   */
  readonly source?: SourceOption | undefined;
  readonly sources?: undefined;
  /** Called with every event, once it is in the transcript. */
  readonly onEvent?: ((event: StreamingEvent) => void) | undefined;
}

/** Options of a transcriber of several sources: those of `connectChannels` (`mode`, `token`, `formatTurns`, …), and these. */
export interface SourcesOptions
  extends Omit<ChannelsOptions<string>, "channels" | "sampleRate" | "encoding" | "signal">,
    CommonOptions {
  /**
   * Several sources, each by the name of its channel; at most one of them is the microphone. They are opened by one `start()`:
   * first all functions are called, in this order, then the microphone is opened. All are on one clock: a `ReadableStream`, and
   * what is open already, is heard from when it is given, the others from when they are captured.
   *
   * @example
   * ```ts
   * sources: { me: "microphone", others: openTabAudio }
   * ```
   */
  readonly sources: Readonly<Record<string, SourceOption>>;
  readonly source?: undefined;
  /** Called with every event, once it is in the transcript. */
  readonly onEvent?: ((event: ChannelEvent<string>) => void) | undefined;
}
