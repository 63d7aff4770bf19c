// Measures the demo page in Chromium, and prints a table. With names of measures, those alone.
import process from "node:process";
import { latency } from "./latency.ts";
import { mainThread } from "./main-thread.ts";
import { sizes } from "./sizes.ts";
import { worklet } from "./worklet.ts";

/** What was measured, and how much it was. */
export type Figure = readonly [what: string, figure: string];

const measures: Readonly<Record<string, () => Promise<Figure[]>>> = {
  sizes,
  worklet,
  latency,
  "main-thread": mainThread,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(measures, name));
if (unknown.length > 0) {
  throw new Error(`No measure is called ${unknown.join(", ")}. There are: ${Object.keys(measures).join(", ")}.`);
}
for (const [name, measure] of Object.entries(measures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [what, figure] of await measure()) console.log(`${what.padEnd(60)}  ${figure}`);
}
