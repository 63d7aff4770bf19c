/**
 * The audio of a session from the end of the last final turn on, and the place in it up to which the present connection
 * has it. One room for everything that decides which bytes go into which message; no clock, no socket.
 *
 * Times are ms of the source: what was written to `session.audio`, from its first byte.
 */
export interface ReplayBuffer {
  /** Copies bytes from `chunk` at `offset` until a message is complete; returns how many. 0 when one is complete already. */
  append(chunk: Uint8Array, offset: number): number;
  /** Whether `next(stopMs)` would give a message. */
  has(stopMs?: number): boolean;
  /**
   * The next complete message; or, where `stopMs` comes before its end, what lies before `stopMs`, padded with silence.
   * The bytes stay valid until the log forgets them.
   */
  next(stopMs?: number): AudioMessage | undefined;
  /** What is left when nothing will follow, padded with silence. */
  rest(): AudioMessage | undefined;
  /** How long the next message will be at most, in ms; for pacing. */
  readonly messageMs: number;
  /** Source time of the next message's start. */
  readonly sentMs: number;
  /** Source time of the last byte taken. */
  readonly endMs: number;
  /** Goes back to `ms`, or to the oldest audio still here, whichever is later. */
  rewind(ms: number): void;
  /**
   * The place to take up speech again after a word that was reported to last from `startMs` to `endMs`: at its end, or before
   * that if something else is heard there.
   */
  quietPlace(startMs: number, endMs: number): number;
  /** Forgets audio before `ms` that was sent. */
  release(ms: number): void;
}

export interface AudioMessage {
  readonly bytes: Uint8Array;
  /** Audio in it, in ms. */
  readonly durationMs: number;
  /** Silence after that audio, in ms. */
  readonly paddingMs: number;
}
