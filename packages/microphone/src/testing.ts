export type { FakeAudio } from "./testing/fake-audio.ts";
export {
  type FakeMicrophone,
  type FakeMicrophoneOptions,
  type FakeMicrophoneSettings,
  fakeDevices,
  fakeMicrophone,
} from "./testing/fake-microphone.ts";
export { type FakeMicrophones, type FakeMicrophonesOptions, fakeMicrophones } from "./testing/fake-microphones.ts";
