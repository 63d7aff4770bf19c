import { element } from "./elements.ts";
import { live } from "./live.ts";

const status = element("status", HTMLParagraphElement);
const alarm = element("error", HTMLParagraphElement);

const sentences = {
  idle: "Ready",
  failed: "Ready",
  paused: "Paused",
  starting: "Connecting…",
  listening: "Listening",
  reconnecting: "Reconnecting…",
  finishing: "Finishing…",
} as const;

export function isRunning(): boolean {
  return sentences[live.snapshot.status] !== "Ready";
}

export function showError(message: string | undefined): void {
  alarm.textContent = message ?? "";
  alarm.hidden = message === undefined;
}

live.subscribe(() => {
  const { status: state, error } = live.snapshot;
  const sentence = sentences[state];
  if (status.textContent !== sentence) status.textContent = sentence;
  document.body.dataset.state = isRunning() ? state : "idle";
  if (alarm.textContent !== (error?.message ?? "")) showError(error?.message);
});
