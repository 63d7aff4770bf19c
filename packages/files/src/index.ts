export { AudioError, type AudioErrorCode } from "@voxpipe/audio";
export type { AudioFile, AudioFormat, FileEncoding } from "./audio-file.ts";
export { type OpenAudioFileOptions, openAudioFile } from "./open-audio-file.ts";
export type { AudioFileSource, RandomAccess } from "./source/byte-source.ts";
