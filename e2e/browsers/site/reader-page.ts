import { subscribe } from "@voxpipe/relay/subscribe";
import { createTranscript, type TranscriptEvent } from "@voxpipe/transcript";

/** What the page shows, and what it was sent. */
export interface ReaderPage {
  readonly text: string;
  /** Final turns in the order in which they came, those that came twice as well. */
  readonly finals: readonly string[];
  readonly states: readonly string[];
}

const address = `/captions?room=${new URLSearchParams(location.search).get("room")}`;

function createReader() {
  const transcript = createTranscript();
  const finals: string[] = [];
  const states: string[] = [];
  return {
    states,
    take(event: TranscriptEvent): void {
      if (event.end_of_turn === true) finals.push(String(event.transcript));
      transcript.push(event);
    },
    read: (): ReaderPage => ({ text: transcript.snapshot.text, finals, states }),
  };
}

const subscriber = createReader();
const events = subscribe(address, { maxDelay: 500, onStateChange: (state) => void subscriber.states.push(state) });
void events.pipeTo(new WritableStream({ write: subscriber.take }));

const listener = createReader();
const source = new EventSource(address);
source.onmessage = ({ data }) => listener.take(JSON.parse(data));
source.onopen = () => listener.states.push("open");
source.onerror = () => listener.states.push("reconnecting");

declare global {
  var reader: (by: "subscribe" | "EventSource") => ReaderPage;
}
globalThis.reader = (by) => (by === "subscribe" ? subscriber : listener).read();
