/** Audio was lost because nobody read it in time. */
export class DroppedEvent extends Event {
  /** How much, in ms. */
  readonly droppedMs: number;
  /** Where it lay, in ms from the first sample that the microphone gave. */
  readonly startMs: number;

  constructor(droppedMs: number, startMs: number) {
    super("dropped");
    this.droppedMs = droppedMs;
    this.startMs = startMs;
  }
}

export interface MicrophoneEventMap {
  /** `state` has changed. */
  readonly statechange: Event;
  /** Another device gives the audio now; see `device`. */
  readonly devicechange: Event;
  readonly dropped: DroppedEvent;
}
