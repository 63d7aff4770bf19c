export { listMicrophones, type MicrophoneDevice } from "./list-microphones.ts";
export type { Microphone, MicrophoneState } from "./microphone.ts";
export { MicrophoneError, type MicrophoneErrorCode } from "./microphone-error.ts";
export type { DroppedEvent, MicrophoneEventMap } from "./microphone-events.ts";
export type { MicrophoneOptions } from "./microphone-options.ts";
export { openMicrophone } from "./open-microphone.ts";
