import { subscribe } from "@voxpipe/relay/subscribe";
import { createTranscript } from "@voxpipe/transcript";
import { showTranscript } from "./captions.ts";
import { element } from "./elements.ts";

const sentences = { connecting: "Connecting…", open: "Reading along", reconnecting: "Reconnecting…", closed: "Ended" };

const status = element("status", HTMLParagraphElement);
const alarm = element("error", HTMLParagraphElement);
const transcript = createTranscript();
transcript.subscribe(() => showTranscript(transcript.snapshot));

const events = subscribe(`/captions${location.search}`, {
  onStateChange(state) {
    status.textContent = sentences[state];
    document.body.dataset.state = state;
  },
});
try {
  await events.pipeTo(transcript.writable);
} catch (error) {
  alarm.textContent = error instanceof Error ? error.message : String(error);
  alarm.hidden = false;
}
