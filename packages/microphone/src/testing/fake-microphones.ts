import { unlessAborted } from "../async.ts";
import type { MicrophoneDevice } from "../list-microphones.ts";
import { MicrophoneError, type MicrophoneErrorCode } from "../microphone-error.ts";
import { checkOptions, type MicrophoneOptions } from "../microphone-options.ts";
import type { FakeAudio } from "./fake-audio.ts";
import { type FakeMicrophone, type FakeMicrophoneSettings, fakeDevices, fakeMicrophone } from "./fake-microphone.ts";

/** The options of all microphones. Rate and device are those that each one is opened with. */
export type FakeMicrophonesOptions = Omit<FakeMicrophoneSettings, "sampleRate" | "deviceId" | "muted"> & FakeAudio;

/** The functions of `@voxpipe/microphone`, for a test, and the controls of the test. */
export interface FakeMicrophones {
  /** As in `@voxpipe/microphone`. Checks the same options; ignores `stream`, `constraints` and `workletUrl`. */
  openMicrophone(options?: MicrophoneOptions): Promise<FakeMicrophone>;
  /** As in `@voxpipe/microphone`. */
  listMicrophones(): Promise<MicrophoneDevice[]>;
  /** All microphones that were opened, in order. */
  readonly opened: readonly FakeMicrophone[];
  /** How many of them are on. */
  readonly lights: number;
  /** From now on, rejects every opening with this code, such as `permission-denied`; `undefined` allows them again. */
  refuse(code: MicrophoneErrorCode | undefined): void;
  /** From now on, openings wait, as for a visitor who is being asked, until the returned function is called. */
  hold(): () => void;
}

/**
 * Fake microphones to replace a browser's, for `vi.mock("@voxpipe/microphone", …)` or for code that takes `openMicrophone` as
 * an argument. Each one plays the same audio from its beginning.
 *
 * @example
 * const fake = fakeMicrophones({ wav: await readFile("hello.wav") });
 * fake.refuse("permission-denied");
 */
export function fakeMicrophones(options: FakeMicrophonesOptions): FakeMicrophones {
  const opened: FakeMicrophone[] = [];
  let refused: MicrophoneErrorCode | undefined;
  let held: Promise<void> = Promise.resolve();
  return {
    opened,
    get lights() {
      return opened.filter(({ state }) => state !== "stopped").length;
    },
    async openMicrophone(asked = {}) {
      const { sampleRate, deviceId, muted, signal } = checkOptions(asked);
      const aborted = () =>
        new MicrophoneError("aborted", "The microphone was aborted by the signal option.", { cause: signal?.reason });
      if (signal?.aborted) throw aborted();
      await (signal ? unlessAborted(held, signal).catch(() => Promise.reject(aborted())) : held);
      if (refused)
        throw new MicrophoneError(refused, `The fake microphone was refused with ${refused}, as the test asked.`);
      const microphone = fakeMicrophone({ ...options, sampleRate, deviceId, muted });
      opened.push(microphone);
      const abort = () => microphone.lose("aborted");
      signal?.addEventListener("abort", abort);
      microphone.addEventListener("statechange", () => {
        if (microphone.state === "stopped") signal?.removeEventListener("abort", abort);
      });
      return microphone;
    },
    listMicrophones: async () => [...(options.devices ?? fakeDevices)],
    refuse(code) {
      refused = code;
    },
    hold() {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}
