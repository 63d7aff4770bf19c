import { toText, toWebVtt } from "@voxpipe/transcript";
import { element } from "./elements.ts";
import { live } from "./live.ts";
import { showError } from "./status.ts";

/** A button that can be pressed as soon as there is a line. */
function button(id: string, press: (pressed: HTMLButtonElement) => void): void {
  const found = element(id, HTMLButtonElement);
  live.subscribe(() => found.toggleAttribute("disabled", live.snapshot.transcript.turns.length === 0));
  found.addEventListener("click", () => press(found));
}

function download(name: string, content: string, type: string): void {
  const href = URL.createObjectURL(new Blob([content], { type }));
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

button("text", () => download("captions.txt", toText(live.snapshot.transcript), "text/plain"));
button("webvtt", () => download("captions.vtt", toWebVtt(live.snapshot.transcript), "text/vtt"));
button("copy", async (copy) => {
  try {
    await navigator.clipboard.writeText(toText(live.snapshot.transcript));
    copy.textContent = "Copied";
    setTimeout(() => copy.replaceChildren("Copy"), 1500);
  } catch (error) {
    showError(String(error));
  }
});
