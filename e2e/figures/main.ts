// Measures the demo page in Chromium, and prints a table: what CONTRIBUTING.md says about its figures comes from here.
import { latency } from "./latency.ts";
import { mainThread } from "./main-thread.ts";
import { sizes } from "./sizes.ts";
import { worklet } from "./worklet.ts";

/** What was measured, and how much it was. */
export type Figure = readonly [what: string, figure: string];

const figures: Figure[] = [];
for (const measure of [sizes, worklet, latency, mainThread]) figures.push(...(await measure()));
const width = Math.max(...figures.map(([what]) => what.length));
for (const [what, figure] of figures) console.log(`${what.padEnd(width)}  ${figure}`);
