import { subscribe } from "@voxpipe/relay/subscribe";
import { createTranscript } from "@voxpipe/transcript";

const transcript = createTranscript();
const text = document.querySelector("main");
transcript.subscribe(() => {
  if (text) text.textContent = transcript.snapshot.text;
});
await subscribe("/captions").pipeTo(transcript.writable);
