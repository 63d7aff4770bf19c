export type { TranscriptEvent } from "./store/event.ts";
export type { TranscriptSnapshot } from "./store/snapshot.ts";
export { createTranscript, type Transcript, type TranscriptOptions } from "./store/transcript.ts";
export type { Gap, Turn, Word } from "./store/turn.ts";
