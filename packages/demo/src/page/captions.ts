import type { TranscriptSnapshot, Turn } from "@voxpipe/transcript";
import { element } from "./elements.ts";

const main = element("drop", HTMLElement);
const list = element("captions", HTMLOListElement);
const partial = element("partial", HTMLParagraphElement);
// Scrolled by keyboard too: not every browser gives the focus to what scrolls.
main.tabIndex = 0;

/** What was said, and below it what is being said. Screen readers hear the finals only: partials change too fast. */
export function showTranscript({ turns, partial: open }: TranscriptSnapshot): void {
  const atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 80;
  turns.forEach(showTurn);
  partial.textContent = open?.text ?? "";
  partial.hidden = open === undefined;
  if (atEnd) main.scrollTop = main.scrollHeight;
}

const shown: Turn[] = [];

/** Changes only the lines that have changed, so that screen readers say only those. */
function showTurn(turn: Turn, i: number): void {
  if (shown[i] === turn) return;
  shown[i] = turn;
  const seconds = Math.floor(turn.start / 1000);
  const texts = [`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`, turn.text];
  const line = list.children[i] ?? list.appendChild(emptyLine());
  texts.forEach((text, part) => {
    const place = line.children[part];
    if (place && place.textContent !== text) place.textContent = text;
  });
}

function emptyLine(): HTMLLIElement {
  const line = document.createElement("li");
  line.append(document.createElement("time"), document.createElement("span"));
  return line;
}
