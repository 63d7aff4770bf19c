import { element } from "./elements.ts";
import { isRunning, live } from "./live.ts";

const status = element("status", HTMLParagraphElement);
const alarm = element("error", HTMLParagraphElement);
const start = element("start", HTMLButtonElement);

const sentences = {
  idle: "Ready",
  failed: "Ready",
  paused: "Paused",
  starting: "Connecting…",
  listening: "Listening",
  reconnecting: "Reconnecting…",
  finishing: "Finishing…",
} as const;

export function showError(message = ""): void {
  alarm.textContent = message;
  alarm.hidden = message === "";
}

live.subscribe(() => {
  const { status: state, error } = live.snapshot;
  if (status.textContent !== sentences[state]) status.textContent = sentences[state];
  if (alarm.textContent !== (error?.message ?? "")) showError(error?.message);
  document.body.dataset.state = isRunning() ? state : "idle";
  start.textContent = isRunning() ? "Stop" : "Start";
});
