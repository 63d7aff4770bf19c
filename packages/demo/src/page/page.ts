import { showTranscript } from "./captions.ts";
import { element } from "./elements.ts";
import { isRunning, live, toggle } from "./live.ts";
import "./microphone-controls.ts";
import "./save.ts";
import { showError } from "./status.ts";

const drop = element("drop", HTMLElement);
const fileInput = element("file", HTMLInputElement);

function take(file: File | undefined): void {
  if (file && isRunning()) showError("Press Stop before you transcribe a file.");
  else if (file) toggle(file);
}

live.subscribe(() => showTranscript(live.snapshot.transcript));
element("start", HTMLButtonElement).addEventListener("click", () => toggle());
element("open", HTMLButtonElement).addEventListener("click", () => fileInput.click());
fileInput.addEventListener("change", () => {
  take(fileInput.files?.[0]);
  fileInput.value = "";
});
// Anywhere, for a browser would leave the page for a file that is dropped beside its place.
for (const type of ["dragover", "dragleave", "drop"] as const)
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", type === "dragover" || (type === "dragleave" && event.relatedTarget !== null));
    if (type === "drop") take(event.dataTransfer?.files[0]);
  });
