import { toText, toWebVtt } from "@voxpipe/transcript";
import { element } from "./elements.ts";
import { live } from "./live.ts";
import { showError } from "./status.ts";

const copy = element("copy", HTMLButtonElement);
const text = element("text", HTMLButtonElement);
const webVtt = element("webvtt", HTMLButtonElement);

/** There is something to save as soon as there is a line. */
live.subscribe(() => {
  for (const button of [copy, text, webVtt]) button.disabled = live.snapshot.transcript.turns.length === 0;
});

function download(name: string, content: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(toText(live.snapshot.transcript));
  } catch (error) {
    return showError(String(error));
  }
  copy.textContent = "Copied";
  setTimeout(() => {
    copy.textContent = "Copy";
  }, 1500);
});
text.addEventListener("click", () => download("captions.txt", toText(live.snapshot.transcript), "text/plain"));
webVtt.addEventListener("click", () => download("captions.vtt", toWebVtt(live.snapshot.transcript), "text/vtt"));
