import { MicrophoneError } from "@voxpipe/microphone";
import type { StreamingEvent } from "voxpipe";
import { element } from "./elements.ts";

const status = element("status", HTMLParagraphElement);
const alarm = element("error", HTMLParagraphElement);

const sentences = {
  idle: "Ready",
  connecting: "Connecting…",
  open: "Listening",
  reconnecting: "Reconnecting…",
  closing: "Finishing…",
} as const;

export function showState(state: keyof typeof sentences): void {
  status.textContent = sentences[state];
  document.body.dataset.state = state;
}

/** What an event says about the connection. */
export function showConnection(event: StreamingEvent): void {
  if (event.type === "Begin" || event.type === "Reconnected") showState("open");
  if (event.type === "Reconnecting") showState("reconnecting");
}

export function showError(error: unknown): void {
  // A microphone that fails ends the session, with the microphone's own reason behind it.
  const cause = error instanceof Error && error.cause instanceof MicrophoneError ? error.cause : error;
  alarm.textContent = cause instanceof Error ? cause.message : String(cause);
  alarm.hidden = false;
}

export function hideError(): void {
  alarm.hidden = true;
}
