import type { StreamingEvent } from "voxpipe";
import type { Progress } from "../terminal/progress-line.ts";
import { oneLine } from "../terminal/terminal-safe.ts";

/** Where a session's events become visible. */
export interface Renderer {
  /** Resolves when the reader of the output has room for more. */
  event(event: StreamingEvent): Promise<void>;
  /** How far the audio is; called several times a second. */
  progress(progress: Progress): void;
  /** One line for people that is no part of the transcript, such as a warning. */
  notice(text: string): void;
  /** Prints what was held back, removes what was not to stay, and lets go of the terminal. */
  end(): Promise<void>;
}

/** How everything that this command says on standard error begins. */
export function noticeLine(text: string): string {
  return `voxpipe: ${oneLine(text)}\n`;
}
