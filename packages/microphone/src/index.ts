export { listMicrophones, type MicrophoneDevice } from "./list-microphones.ts";
export type { Microphone, MicrophoneState } from "./microphone.ts";
export { MicrophoneError, type MicrophoneErrorCode } from "./microphone-error.ts";
export type { DroppedEvent, MicrophoneEventMap, MicrophoneEventTarget, ProblemEvent } from "./microphone-events.ts";
export type { MicrophoneOptions } from "./microphone-options.ts";
export { openMicrophone } from "./open-microphone.ts";
export { openTabAudio, type TabAudioOptions } from "./tab/open-tab-audio.ts";
export type { TabAudio } from "./tab/tab-audio.ts";
