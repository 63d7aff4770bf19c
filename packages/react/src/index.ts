export { useLevel } from "./use-level.ts";
export { type Microphones, useMicrophones } from "./use-microphones.ts";
export { type TranscriberControls, type UseTranscriberOptions, useTranscriber } from "./use-transcriber.ts";
export { useTranscript } from "./use-transcript.ts";
