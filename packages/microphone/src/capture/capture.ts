import type { Level } from "@voxpipe/audio";
import { settledWithin, unlessAborted } from "../async.ts";
import { MicrophoneError } from "../microphone-error.ts";
import type { MicrophoneSettings } from "../microphone-options.ts";
import { addWorklet } from "../worklet/add-worklet.ts";
import {
  type ProcessorOptions,
  processorName,
  type WorkletCommand,
  type WorkletReport,
} from "../worklet/worklet-messages.ts";
import { playMuted } from "./play-muted.ts";
import { StallWatch } from "./stall-watch.ts";
import { liveTrack, withoutLiveTrack } from "./stream-track.ts";

/** Longest waits, in ms: for an AudioContext to start, for the worklet's last samples, for a context to close. */
const startLimit = 3_000;
const flushLimit = 500;
const closeLimit = 1_000;

export interface CaptureListener {
  audio(pcm: Uint8Array<ArrayBuffer>, level: Level): void;
  /** The device is gone, or may no longer be used. May be called more than once. */
  ended(): void;
  /** The worklet failed. */
  failed(error: MicrophoneError): void;
  /** `running` may have changed. */
  changed(): void;
}

/** One track, captured through one AudioContext and its worklet. It knows nothing about other devices. */
export class Capture {
  readonly track: MediaStreamTrack;
  readonly #stream: MediaStream;
  readonly #listener: CaptureListener;
  /** Whether this capture may stop the tracks. */
  readonly #owned: boolean;
  readonly #context: AudioContext;
  readonly #listening = new AbortController();
  readonly #stall: StallWatch;
  readonly #stopPlaying: () => void;
  /** Kept because Firefox collects a source that nothing refers to. */
  #source: MediaStreamAudioSourceNode | undefined;
  #node: AudioWorkletNode | undefined;
  #failure: MicrophoneError | undefined;
  #finished = () => {};

  private constructor(stream: MediaStream, track: MediaStreamTrack, owned: boolean, listener: CaptureListener) {
    this.#stream = stream;
    this.track = track;
    this.#owned = owned;
    this.#listener = listener;
    // Given a stream with several tracks, the node would pick one by its id.
    const heard = new MediaStream([track]);
    [this.#context, this.#source] = openContext(heard, track);
    this.#stopPlaying = owned ? () => {} : playMuted(heard);
    this.#stall = new StallWatch(() => listener.changed());
  }

  /**
   * Audio reaches the listener when this resolves, or a moment earlier. If it fails, or `signal` aborts, nothing stays open.
   * Captures the first live audio track; when that track ends, the capture ends.
   *
   * @throws MicrophoneError `no-device`, `worklet-blocked`, `worklet-failed`, `not-started`; or the signal's reason.
   */
  static async open(
    stream: MediaStream,
    { sampleRate, workletUrl, stream: given }: MicrophoneSettings,
    listener: CaptureListener,
    signal: AbortSignal,
  ): Promise<Capture> {
    const track = liveTrack(stream);
    if (!track) throw new MicrophoneError("no-device", `No audio: ${withoutLiveTrack(stream)}.`);
    const capture = new Capture(stream, track, stream !== given, listener);
    try {
      await unlessAborted(addWorklet(capture.#context, workletUrl), signal);
      capture.#connect({ sampleRate }, workletUrl);
      await unlessAborted(capture.#start(), signal);
      if (capture.#failure) throw capture.#failure;
      capture.#stall.start();
      return capture;
    } catch (error) {
      void capture.close();
      throw error;
    }
  }

  /** Whether the AudioContext runs: false while the system interrupts it, and after audio stopped arriving. */
  get rendering(): boolean {
    return this.#context.state === "running" && !this.#stall.broken;
  }

  /** Whether sound arrives: also false while the system silences the device. */
  get running(): boolean {
    return this.rendering && !this.#stall.stalled && !this.track.muted;
  }

  mute(muted: boolean): void {
    this.#send(muted ? "mute" : "unmute");
  }

  /** Tries to resume the AudioContext. */
  async resume(): Promise<boolean> {
    await settledWithin(this.#context.resume(), startLimit);
    return this.rendering;
  }

  /** Turns the light off at once, passes the worklet's remaining audio to the listener, and closes. */
  async finish(): Promise<void> {
    this.#stopTracks();
    const finished = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    this.#send("finish");
    await settledWithin(finished, flushLimit);
    await this.close();
  }

  /** Releases everything. */
  async close(): Promise<void> {
    this.#stopTracks();
    this.#stopPlaying();
    this.#stall.stop();
    this.#listening.abort();
    this.#source?.disconnect();
    this.#source = undefined;
    this.#node?.disconnect();
    this.#node?.port.close();
    if (this.#context.state !== "closed") await settledWithin(this.#context.close(), closeLimit);
  }

  #connect(processorOptions: ProcessorOptions, workletUrl: string | URL): void {
    const { signal } = this.#listening;
    const wrongFile = (cause?: unknown) =>
      new MicrophoneError(
        "worklet-failed",
        `${workletUrl} is not this version's worklet. Serve @voxpipe/microphone/worklet.js there, or pass its address as workletUrl.`,
        { cause },
      );
    let node: AudioWorkletNode;
    try {
      node = new AudioWorkletNode(this.#context, processorName, { processorOptions });
    } catch (cause) {
      throw wrongFile(cause);
    }
    // A property, because Chromium does not call listeners for this event.
    node.onprocessorerror = () => {
      if (signal.aborted) return;
      this.#failure = wrongFile();
      this.#listener.failed(this.#failure);
    };
    node.port.addEventListener("message", ({ data }: MessageEvent<WorkletReport>) => this.#hear(data), { signal });
    node.port.start();
    this.#context.addEventListener("statechange", () => this.#listener.changed(), { signal });
    for (const type of ["mute", "unmute"] as const) {
      this.track.addEventListener(type, () => this.#listener.changed(), { signal });
    }
    this.track.addEventListener("ended", () => this.#listener.ended(), { signal });
    // Some browsers process only nodes that lead somewhere. Not to the destination, though it would play only silence:
    // WebKitGTK's process may end if a context is closed while its first sound is played.
    this.#source?.connect(node).connect(new AnalyserNode(this.#context));
    this.#node = node;
  }

  async #start(): Promise<void> {
    if (await this.resume()) return;
    const { state } = this.#context;
    const clicked = "userActivation" in navigator && navigator.userActivation.hasBeenActive;
    throw new MicrophoneError(
      "not-started",
      clicked
        ? `The browser's audio did not start within ${startLimit / 1000} s (the AudioContext is ${state}). Check that this machine has a working sound output, and close other pages that use audio.`
        : `The browser does not start audio before the visitor clicks or types (the AudioContext is ${state}). Call openMicrophone in a click handler.`,
    );
  }

  #hear(report: WorkletReport): void {
    if (report === "finished") this.#finished();
    else {
      this.#stall.heard();
      this.#listener.audio(report.pcm, report.level);
      // There is no event for a track that its owner stopped.
      if (this.track.readyState === "ended") this.#listener.ended();
    }
  }

  #send(command: WorkletCommand): void {
    this.#node?.port.postMessage(command);
  }

  #stopTracks(): void {
    if (this.#owned) for (const track of this.#stream.getTracks()) track.stop();
  }
}

/** A context at the device's own rate if the browser reports and accepts it; Firefox accepts only its own rate. */
function openContext(stream: MediaStream, track: MediaStreamTrack): [AudioContext, MediaStreamAudioSourceNode] {
  const { sampleRate } = track.getSettings();
  for (const options of sampleRate ? [{ sampleRate }, {}] : [{}]) {
    let context: AudioContext | undefined;
    try {
      context = new AudioContext(options);
      return [context, context.createMediaStreamSource(stream)];
    } catch (cause) {
      void context?.close();
      if (options.sampleRate === undefined) {
        throw unsupported(cause);
      }
    }
  }
  throw unsupported();
}

function unsupported(cause?: unknown): MicrophoneError {
  const why = cause === undefined ? "" : `: ${cause}`;
  return new MicrophoneError("unsupported", `The browser cannot process the stream${why}. Use a current browser.`, {
    cause,
  });
}
