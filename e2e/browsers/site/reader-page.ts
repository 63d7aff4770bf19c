import { subscribe } from "@voxpipe/relay/subscribe";
import { createTranscript, type TranscriptEvent } from "@voxpipe/transcript";

/** What the page shows, and what it was sent. */
export interface ReaderPage {
  readonly text: string;
  /** Final turns in the order in which they came, those that came twice as well. */
  readonly finals: readonly string[];
  readonly states: readonly string[];
}

const transcript = createTranscript();
const finals: string[] = [];
const states: string[] = [];

function take(event: TranscriptEvent): void {
  if (event.end_of_turn === true) finals.push(String(event.transcript));
  transcript.push(event);
}

const query = new URLSearchParams(location.search);
const address = `/captions?room=${query.get("room")}`;
if (query.get("by") === "EventSource") {
  const source = new EventSource(address);
  source.onmessage = ({ data }) => take(JSON.parse(data));
  source.onopen = () => states.push("open");
  source.onerror = () => states.push("reconnecting");
} else {
  const events = subscribe(address, { maxDelay: 500, onStateChange: (state) => void states.push(state) });
  void events.pipeTo(new WritableStream({ write: take }));
}

declare global {
  var reader: () => ReaderPage;
}
globalThis.reader = () => ({ text: transcript.snapshot.text, finals, states });
