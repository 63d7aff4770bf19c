import { PcmChunker } from "./pcm/pcm-chunker.ts";
import { processorName, type WorkletCommand, type WorkletReport } from "./worklet/worklet-messages.ts";

const silence: readonly Float32Array[] = [];

class MicrophoneProcessor extends AudioWorkletProcessor {
  readonly #chunker: PcmChunker;
  #muted = false;
  #finished = false;

  constructor({ processorOptions }: AudioWorkletNodeOptions) {
    super();
    this.#chunker = new PcmChunker(sampleRate, processorOptions.sampleRate, (pcm, level) =>
      this.#report({ pcm, level }, [pcm.buffer]),
    );
    this.port.addEventListener("message", ({ data }: MessageEvent<WorkletCommand>) => this.#obey(data));
    this.port.start();
  }

  process([input]: Float32Array[][]): boolean {
    if (!this.#finished) this.#chunker.push(this.#muted ? silence : (input ?? silence));
    return !this.#finished;
  }

  #obey(command: WorkletCommand): void {
    this.#muted = command === "mute";
    if (command !== "finish" || this.#finished) return;
    this.#finished = true;
    this.#chunker.flush();
    this.#report("finished", []);
  }

  #report(report: WorkletReport, transfer: Transferable[]): void {
    this.port.postMessage(report, transfer);
  }
}

registerProcessor(processorName, MicrophoneProcessor);
