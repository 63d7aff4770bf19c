import type { Measure } from "./measure.ts";
import { bundle } from "./measures/bundle.ts";
import { cpu } from "./measures/cpu.ts";
import { cpuRealTime } from "./measures/cpu-real-time.ts";
import { decode } from "./measures/decode.ts";
import { drop } from "./measures/drop.ts";
import { latency } from "./measures/latency.ts";
import { memory } from "./measures/memory.ts";
import { stall } from "./measures/stall.ts";

/** Every measure, in the order of the table. */
export const measures: Readonly<Record<string, { readonly measure: Measure; readonly onlyFull?: boolean }>> = {
  cpu: { measure: cpu },
  "cpu-real-time": { measure: cpuRealTime, onlyFull: true },
  memory: { measure: memory },
  latency: { measure: latency },
  stall: { measure: stall },
  drop: { measure: drop },
  decode: { measure: decode },
  bundle: { measure: bundle },
};
