import type { TranscriptEvent } from "@voxpipe/transcript";
import { element } from "./elements.ts";

/** Events that wait for the server. */
const mostWaiting = 1000;

const readers = element("readers", HTMLParagraphElement);
const link = element("read-along", HTMLAnchorElement);
const talk = crypto.randomUUID();
const base = document.querySelector<HTMLMetaElement>('meta[name="readers"]')?.content;
link.href = String(new URL(`read?room=${talk}`, new URL(base ?? "/", location.href)));
link.textContent = link.href;

let waiting: TranscriptEvent[] = [];
let isSending = false;

/** Sends an event to those who read along. While the server is slow, partials replace each other. */
export function share(event: TranscriptEvent): void {
  const last = waiting.at(-1);
  const replaces = last?.end_of_turn === false && last.turn_order === event.turn_order;
  if (replaces && event.type === "Turn") waiting.pop();
  waiting.push(event);
  if (waiting.length > mostWaiting) stop("too much waits for the server");
  void send();
}

async function send(): Promise<void> {
  if (isSending) return;
  isSending = true;
  while (waiting.length > 0) {
    const body = JSON.stringify(waiting);
    waiting = [];
    try {
      const { ok, status } = await fetch(`/api/talk/${talk}`, { method: "PUT", body });
      if (!ok) throw new Error(`the server answered ${status}`);
    } catch (error) {
      // For good: what comes later would be a talk with a gap.
      return stop(String(error));
    }
  }
  isSending = false;
}

function stop(reason: string): void {
  isSending = true;
  waiting = [];
  readers.textContent = `Nobody can read along any more: ${reason}. Reload the page for a new link.`;
}
