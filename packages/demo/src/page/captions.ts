import type { TranscriptSnapshot, Turn } from "@voxpipe/transcript";
import { element } from "./elements.ts";

const main = element("drop", HTMLElement);
const list = element("captions", HTMLOListElement);
const partial = element("partial", HTMLParagraphElement);
let shown: readonly Turn[] = [];
// Scrolled by keyboard too: not every browser gives the focus to what scrolls.
main.tabIndex = 0;

/** What was said, and below it what is being said. Screen readers hear the finals only: partials change too fast. */
export function showTranscript({ turns, partial: open }: TranscriptSnapshot): void {
  const atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 80;
  if (turns !== shown) turns.forEach(showTurn);
  shown = turns;
  partial.textContent = open?.text ?? "";
  partial.hidden = open === undefined;
  if (atEnd) main.scrollTop = main.scrollHeight;
}

/** Changes only the texts that have changed, so that screen readers say only those. */
function showTurn({ start, text }: Turn, i: number): void {
  const line = list.children[i] ?? list.appendChild(document.createElement("li"));
  const seconds = Math.floor(start / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  for (const [part, content] of Object.entries({ time, span: text })) {
    const place = line.querySelector(part) ?? line.appendChild(document.createElement(part));
    if (place.textContent !== content) place.textContent = content;
  }
}
