import { performance } from "node:perf_hooks";
import { root } from "../workspace.ts";
import type { Figure } from "./main.ts";
import { percentile } from "./percentile.ts";

const quantum = 128;
const rate = 48_000;
/** Quanta for each reading of the clock. */
const batch = 100;

interface Processor {
  process(inputs: readonly (readonly Float32Array[])[]): boolean;
}

/** What the worklet does for each render quantum, with two channels in: the file that ships, in Node instead of a browser. */
export async function worklet(): Promise<Figure[]> {
  const processor = await loadProcessor();
  const channels = [0, 1].map((channel) =>
    Float32Array.from({ length: quantum }, (_, i) => Math.sin((i + channel) / 7) / 2),
  );
  const times: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    const start = performance.now();
    for (let j = 0; j < batch; j++) processor.process([channels]);
    times.push(((performance.now() - start) * 1000) / batch);
  }
  const budget = (quantum / rate) * 1e6;
  const share = (us: number) => `${us.toFixed(1)} µs, ${((100 * us) / budget).toFixed(2)} % of ${budget.toFixed(0)} µs`;
  const mean = times.reduce((sum, time) => sum + time) / times.length;
  return [
    [`worklet: a render quantum, mean of ${times.length * batch}`, share(mean)],
    [`worklet: a render quantum, p99 of means of ${batch}`, share(percentile(times, 99))],
  ];
}

async function loadProcessor(): Promise<Processor> {
  const registered = new Promise<new (options: object) => Processor>((resolve) => {
    Object.assign(globalThis, {
      sampleRate: rate,
      AudioWorkletProcessor: class {
        readonly port = { addEventListener() {}, start() {}, postMessage() {} };
      },
      registerProcessor: (_name: string, processor: new (options: object) => Processor) => resolve(processor),
    });
  });
  await import(`${root}packages/microphone/dist/worklet.js`);
  const Registered = await registered;
  return new Registered({ processorOptions: { sampleRate: 16_000 } });
}
