import { transcript } from "./captions.ts";
import { element } from "./elements.ts";
import { showError } from "./status.ts";

const copy = element("copy", HTMLButtonElement);
const text = element("text", HTMLButtonElement);
const webVtt = element("webvtt", HTMLButtonElement);

/** There is something to save as soon as there is a line. */
export function enableSaving(): void {
  for (const button of [copy, text, webVtt]) button.disabled = transcript.lines.length === 0;
}

function download(name: string, content: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

copy.addEventListener("click", () => {
  const copied = () => {
    copy.textContent = "Copied";
    setTimeout(() => {
      copy.textContent = "Copy";
    }, 1500);
  };
  navigator.clipboard.writeText(transcript.toText()).then(copied, showError);
});
text.addEventListener("click", () => download("captions.txt", transcript.toText(), "text/plain"));
webVtt.addEventListener("click", () => download("captions.vtt", transcript.toWebVtt(), "text/vtt"));
