import { showTranscript } from "./captions.ts";
import { element } from "./elements.ts";
import { begin, end, live } from "./live.ts";
import "./microphone-controls.ts";
import "./save.ts";
import { isRunning, showError } from "./status.ts";

const start = element("start", HTMLButtonElement);
const drop = element("drop", HTMLElement);
const fileInput = element("file", HTMLInputElement);

function take(file: File | undefined): void {
  if (!file) return;
  if (isRunning()) showError("Press Stop before you transcribe a file.");
  else begin(file);
}

live.subscribe(() => {
  showTranscript(live.snapshot.transcript);
  start.textContent = isRunning() ? "Stop" : "Start";
});
start.addEventListener("click", () => (isRunning() ? end() : begin()));
element("open", HTMLButtonElement).addEventListener("click", () => fileInput.click());
fileInput.addEventListener("change", () => {
  take(fileInput.files?.[0]);
  fileInput.value = "";
});
// Anywhere, for a browser would leave the page for a file that is dropped beside its place.
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (!relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  take(event.dataTransfer?.files[0]);
});
