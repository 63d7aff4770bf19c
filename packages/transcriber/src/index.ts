export { createTranscriber } from "./create-transcriber.ts";
export type { TranscriberError } from "./failure.ts";
export type { TranscriberStatus } from "./machine.ts";
export type { CommonOptions, SourcesOptions, TranscriberOptions } from "./options.ts";
export { type ChannelSnapshot, idleSnapshot, type TranscriberSnapshot } from "./snapshot.ts";
export type { AudioSource, SourceOption } from "./source/source.ts";
export type { Transcriber } from "./transcriber.ts";
export {
  type MicrophonesSnapshot,
  type MicrophonesWatch,
  unknownMicrophones,
  watchMicrophones,
} from "./watch-microphones.ts";
