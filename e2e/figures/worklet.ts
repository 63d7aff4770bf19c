import { performance } from "node:perf_hooks";
import { PcmChunker } from "../../packages/microphone/src/pcm-chunker.ts";
import type { Figure } from "./main.ts";
import { percentile } from "./percentile.ts";

const quantum = 128;
const rate = 48_000;
/** Quanta for each reading of the clock. */
const batch = 100;

/** What the worklet does for each render quantum, in Node: downmix, resample, meter, convert; two channels in. */
export async function worklet(): Promise<Figure[]> {
  let bytes = 0;
  const chunker = new PcmChunker(rate, 16_000, (pcm) => {
    bytes += pcm.length;
  });
  const channels = [0, 1].map((channel) =>
    Float32Array.from({ length: quantum }, (_, i) => Math.sin((i + channel) / 7) / 2),
  );
  const times: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    const start = performance.now();
    for (let j = 0; j < batch; j++) chunker.push(channels);
    times.push(((performance.now() - start) * 1000) / batch);
  }
  const budget = (quantum / rate) * 1e6;
  const share = (us: number) => `${us.toFixed(1)} us, ${((100 * us) / budget).toFixed(2)} % of ${budget.toFixed(0)} us`;
  const seconds = bytes / 2 / 16_000;
  return [
    [
      `worklet: a render quantum, mean of ${times.length * batch} (${seconds.toFixed(0)} s of audio)`,
      share(times.reduce((a, b) => a + b) / times.length),
    ],
    [`worklet: a render quantum, p99 of means of ${batch}`, share(percentile(times, 99))],
  ];
}
