/** Globals of an AudioWorkletGlobalScope, which TypeScript's DOM types lack. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(
  name: string,
  processor: new (
    options: AudioWorkletNodeOptions,
  ) => AudioWorkletProcessor & { process(inputs: Float32Array[][]): boolean },
): void;
