export { SpeechStream } from "./speech-stream.ts";
export { STT, type STTOptions } from "./stt.ts";
