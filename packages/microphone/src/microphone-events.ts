import type { MicrophoneError } from "./microphone-error.ts";

/** Audio was dropped because it was not read in time. */
export class DroppedEvent extends Event {
  /** How much, in ms. */
  readonly droppedMs: number;
  /** Where the dropped audio began, in ms from the microphone's first sample. */
  readonly startMs: number;

  constructor(droppedMs: number, startMs: number) {
    super("dropped");
    this.droppedMs = droppedMs;
    this.startMs = startMs;
  }
}

/** What is wrong with a shared tab has changed. */
export class ProblemEvent extends Event {
  /** Undefined: nothing is wrong any more. */
  readonly problem: MicrophoneError | undefined;

  constructor(problem: MicrophoneError | undefined) {
    super("problem");
    this.problem = problem;
  }
}

export interface MicrophoneEventMap {
  /** `state` has changed. */
  readonly statechange: Event;
  /** Another device provides the audio now; see `device`. */
  readonly devicechange: Event;
  readonly dropped: DroppedEvent;
  /** Of `openTabAudio`: `problem` has changed. */
  readonly problem: ProblemEvent;
}

/** An `EventTarget` with the types of a microphone's events. */
export class MicrophoneEventTarget extends EventTarget {
  override addEventListener<K extends keyof MicrophoneEventMap>(
    type: K,
    listener: (event: MicrophoneEventMap[K]) => void,
    options?: AddEventListenerOptions | boolean,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    super.addEventListener(type, listener, options);
  }

  override removeEventListener<K extends keyof MicrophoneEventMap>(
    type: K,
    listener: (event: MicrophoneEventMap[K]) => void,
    options?: EventListenerOptions | boolean,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void {
    super.removeEventListener(type, listener, options);
  }
}
