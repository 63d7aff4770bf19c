export type { TranscriberError } from "./failure.ts";
export type { TranscriberStatus } from "./machine.ts";
export type { TranscriberOptions } from "./options.ts";
export { idleSnapshot, type TranscriberSnapshot } from "./snapshot.ts";
export type { AudioSource } from "./source/source.ts";
export { createTranscriber, type Transcriber } from "./transcriber.ts";
export {
  type MicrophonesSnapshot,
  type MicrophonesWatch,
  unknownMicrophones,
  watchMicrophones,
} from "./watch-microphones.ts";
