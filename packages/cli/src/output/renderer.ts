import type { ChannelEvent, ChannelTurnEvent } from "@voxpipe/channels";
import type { Progress } from "../terminal/progress-line.ts";
import { oneLine } from "../terminal/terminal-safe.ts";

/** An event of a session, or of one of several channels. */
export type ShownEvent = ChannelEvent<string>;

/** A turn, with its channel if there are several. */
export type ShownTurn = ChannelTurnEvent<string>;

/** Where a session's events become visible. */
export interface Renderer {
  /** Resolves when the reader of the output has room for more. */
  event(event: ShownEvent): Promise<void>;
  /** How far the audio is; called several times a second. */
  progress(progress: Progress): void;
  /** Shows one line that is not part of the transcript, such as a warning. */
  notice(text: string): void;
  /** Prints what was held back, removes what must not stay, and releases the terminal. */
  end(): Promise<void>;
}

/** The prefix of everything that this command prints on standard error. */
export function noticeLine(text: string): string {
  return `voxpipe: ${oneLine(text)}\n`;
}
