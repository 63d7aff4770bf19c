import { type Microphone, openMicrophone } from "@voxpipe/microphone";
import type { StreamingEvent } from "voxpipe";
import { showPartial, showTurn, transcript } from "./captions.ts";
import { element } from "./elements.ts";
import { fileAudio, fileSampleRate } from "./file-audio.ts";
import { chosenDevice, control } from "./microphone-controls.ts";
import { enableSaving } from "./save.ts";
import { hideError, showConnection, showError, showState } from "./status.ts";
import { transcribe } from "./transcribe.ts";

const start = element("start", HTMLButtonElement);
const drop = element("drop", HTMLElement);
const fileInput = element("file", HTMLInputElement);

/** What is going on; undefined while nothing is. */
let running: { readonly giveUp: AbortController; microphone?: Microphone } | undefined;

/** From a click, or a file, to the last word of it. */
async function run(file?: File): Promise<void> {
  const current: typeof running = { giveUp: new AbortController() };
  running = current;
  const { signal } = current.giveUp;
  start.textContent = "Stop";
  hideError();
  showState("connecting");
  transcript.beginRecording();
  try {
    if (file) return await transcribe(await fileAudio(file), fileSampleRate, signal, show);
    const microphone = await openMicrophone({ deviceId: chosenDevice(), signal });
    current.microphone = microphone;
    control(microphone);
    await transcribe(microphone.readable, microphone.sampleRate, signal, show);
  } catch (error) {
    if (!signal.aborted) showError(error);
  } finally {
    running = undefined;
    start.textContent = "Start";
    showPartial("");
    showState("idle");
  }
}

function show(event: StreamingEvent): void {
  // Behind a press of Stop it goes on saying that it finishes.
  if (running?.microphone?.state !== "stopped") showConnection(event);
  if (event.type !== "Turn") return;
  showTurn(event);
  enableSaving();
}

/** Once: what was said is still transcribed. While nothing was said yet, and the second time: at once. */
function stop({ giveUp, microphone }: NonNullable<typeof running>): void {
  if (!microphone || microphone.state === "stopped") return giveUp.abort();
  showState("closing");
  void microphone.stop();
}

function take(file: File | undefined): void {
  if (!file) return;
  if (running) showError(new Error("Press Stop before you transcribe a file."));
  else void run(file);
}

start.addEventListener("click", () => (running ? stop(running) : void run()));
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
