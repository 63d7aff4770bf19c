import type { Level } from "@voxpipe/audio";
import { CapturedMicrophone } from "../capture/captured-microphone.ts";
import type { Microphone } from "../microphone.ts";
import { MicrophoneError } from "../microphone-error.ts";
import { ProblemEvent } from "../microphone-events.ts";
import type { MicrophoneSettings } from "../microphone-options.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** How long a tab may be silent before that is reported, in ms. */
const silenceLimit = 10_000;
/** Of the pieces in which audio comes, in ms. */
const pieceMs = 50;

/**
 * The sound of a tab that the visitor shares: the other side of a meeting. Like a microphone, except that there is no other
 * device to change to.
 */
export interface TabAudio extends Microphone {
  /**
   * What is wrong just now, or how it ended; `problem` events report a change. Its `code` is
   *
   * - `silent`: nothing was heard for 10 s. It goes away with the next sound.
   * - `share-ended`: the visitor ended the share, or the tab is gone. `readable` then ends, as after `stop()`.
   */
  readonly problem: MicrophoneError | undefined;
}

export class CapturedTab extends CapturedMicrophone implements TabAudio {
  #problem: MicrophoneError | undefined;
  readonly #silence = new SilenceWatch(silenceLimit, (silent) => this.#setProblem(silent ? silentTab() : undefined));

  /** @param stream what the visitor shared; its tracks are stopped with the audio */
  constructor(settings: MicrophoneSettings, stream: MediaStream) {
    super({ ...settings, stream });
    for (const track of stream.getAudioTracks())
      track.addEventListener("ended", () => this.state !== "stopped" && this.#setProblem(endedShare()), { once: true });
    this.addEventListener("statechange", () => {
      if (this.state === "stopped") for (const track of stream.getTracks()) track.stop();
    });
  }

  get problem(): MicrophoneError | undefined {
    return this.#problem;
  }

  protected override heard(level: Level): void {
    if (!this.muted) this.#silence.heard(level.peak, pieceMs);
  }

  #setProblem(problem: MicrophoneError | undefined): void {
    if (this.#problem?.code === "share-ended") return;
    this.#problem = problem;
    this.dispatchEvent(new ProblemEvent(problem));
  }
}

function silentTab(): MicrophoneError {
  return new MicrophoneError(
    "silent",
    `The shared tab has been silent for ${silenceLimit / 1_000} s. Check that it is the right one, and that its sound is on.`,
  );
}

function endedShare(): MicrophoneError {
  return new MicrophoneError("share-ended", "The share has ended. Call openTabAudio again to go on.");
}
