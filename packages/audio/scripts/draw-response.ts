// Draws the resampler's frequency response into docs/, and prints its worst figures per rate pair.
import { writeFileSync } from "node:fs";
import { Resampler } from "../src/resampling/resampler.ts";
import { commonRates, sweep, toneResponse, worstFigures } from "../test/frequency-response.ts";
import { type Curve, type Panel, renderChart } from "./response-chart.ts";

const tonesPerBand = 400;
const colors = ["#1f6feb", "#c2410c", "#15803d", "#7c3aed", "#be123c"];
const falling = commonRates.filter(([inputRate, outputRate]) => inputRate > outputRate);
/** The pairs that are drawn; the others look the same. */
const drawn = falling.slice(0, colors.length);

/** The response as a function of frequency over the new Nyquist frequency, up to `end`. */
function curve([inputRate, outputRate]: readonly [number, number], index: number, end: number): Curve {
  const resampler = new Resampler(inputRate, outputRate);
  const nyquist = outputRate / 2;
  const highest = Math.min(end, inputRate / outputRate);
  const points = sweep(0.005, highest, tonesPerBand).map((relative) => {
    return { x: relative, y: toneResponse(resampler, relative * nyquist).total };
  });
  return { label: `${inputRate} → ${outputRate} Hz`, color: colors[index] ?? "#000000", points };
}

const panels: readonly Panel[] = [
  {
    title: "Output level for a tone, in dB, by its frequency (1 is the new Nyquist frequency)",
    x: { from: 0, to: 2.5, step: 0.25 },
    y: { from: -120, to: 0, step: 10 },
    legend: "right",
    limit: { y: -70, label: "promised: below −70 dB from 1 on" },
    curves: drawn.map((pair, index) => curve(pair, index, 2.5)),
  },
  {
    title: "The same in the pass band; note the scale",
    x: { from: 0, to: 0.9, step: 0.1 },
    y: { from: -0.002, to: 0.002, step: 0.001 },
    legend: "left",
    curves: drawn.map((pair, index) => curve(pair, index, 0.9)),
  },
];
writeFileSync("docs/resampler-response.svg", renderChart("Frequency response of the resampler", panels));

const decimal = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? "–";
console.log("| rates (Hz) | above the new Nyquist (dB) | beside a tone (dB) | pass band (dB) | 1 kHz (dB) |");
console.log("|---|---|---|---|---|");
for (const [inputRate, outputRate] of commonRates) {
  const { stopBand, spurious, passBand, oneKilohertz } = worstFigures(inputRate, outputRate, tonesPerBand);
  const cells = [
    decimal(stopBand, 1),
    decimal(spurious, 1),
    `±${decimal(passBand, 4)}`,
    `±${decimal(oneKilohertz, 4)}`,
  ];
  console.log(`| ${inputRate} → ${outputRate} | ${cells.join(" | ")} |`);
}
