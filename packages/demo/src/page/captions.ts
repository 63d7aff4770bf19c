import type { TurnEvent } from "voxpipe";
import { element } from "./elements.ts";
import { clockTime, Transcript } from "./transcript.ts";

const main = element("drop", HTMLElement);
const list = element("captions", HTMLOListElement);
const partial = element("partial", HTMLParagraphElement);
// Scrolled by keyboard too: not every browser gives the focus to what scrolls.
main.tabIndex = 0;

/** What was said, and below it what is being said. Screen readers hear the finals only: partials change too fast. */
export const transcript = new Transcript();

export function showTurn(turn: TurnEvent): void {
  const atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 80;
  if (turn.end_of_turn) {
    transcript.add(turn);
    showLines();
  }
  showPartial(turn.end_of_turn ? "" : partialText(turn));
  if (atEnd) main.scrollTop = main.scrollHeight;
}

export function showPartial(text: string): void {
  partial.textContent = text;
  partial.hidden = text === "";
}

/** All words of the turn so far; its `transcript` may hold the settled ones only. */
function partialText({ words, transcript: settled }: TurnEvent): string {
  return words.length > 0 ? words.map(({ text }) => text).join(" ") : settled;
}

/** Changes only the lines that have changed, so that screen readers say only those. */
function showLines(): void {
  transcript.lines.forEach(({ start, text }, i) => {
    const line = list.children[i] ?? list.appendChild(emptyLine());
    const [time, words] = line.children;
    if (time && time.textContent !== clockTime(start)) time.textContent = clockTime(start);
    if (words && words.textContent !== text) words.textContent = text;
  });
}

function emptyLine(): HTMLLIElement {
  const line = document.createElement("li");
  line.append(document.createElement("time"), document.createElement("span"));
  return line;
}
