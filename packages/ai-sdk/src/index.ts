export { createVoxpipe, type VoxpipeProvider, type VoxpipeProviderSettings, voxpipe } from "./provider.ts";
export type { VoxpipeTranscriptionModelId, VoxpipeTranscriptionOptions } from "./transcription-options.ts";
