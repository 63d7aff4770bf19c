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
export const measures: Readonly<Record<string, Measure>> = {
  cpu,
  "cpu-real-time": cpuRealTime,
  memory,
  latency,
  stall,
  drop,
  decode,
  bundle,
};
