// Measures the figures of the README, draws docs/flicker.svg, and prints tables. `pnpm measure`, in this folder.
import { writeFileSync } from "node:fs";
import { cuesOf } from "../src/cues/cues.ts";
import { type CaptionOptions, createTranscript, type TranscriptEvent, type TranscriptSnapshot } from "../src/index.ts";
import { countRules, cueRules } from "../test/cue-rules.ts";
import { everydayDialogue, transcriptOf } from "../test/dialogue.ts";
import { measureFlicker } from "../test/flicker.ts";
import { recording, recordings } from "../test/recording.ts";
import { flickerChart, type Point } from "./chart.ts";

const words = "the quick brown fox jumps over the lazy dog and runs away".split(" ");

function turn(order: number, isFinal: boolean, count = words.length): TranscriptEvent {
  const text = words.slice(0, count);
  const timed = text.map((word, i) => {
    const start = order * 5000 + 300 * i;
    return { text: word, start, end: start + 250, confidence: 0.9, word_is_final: isFinal || i < count - 1 };
  });
  const transcript = (isFinal ? text : text.slice(0, -1)).join(" ");
  return {
    type: "Turn",
    turn_order: order,
    end_of_turn: isFinal,
    turn_is_formatted: isFinal,
    transcript,
    words: timed,
  };
}

/** The fastest tenth of many short runs, taking turns over all sizes: least affected by other work of the machine. */
function pushCosts(sizes: readonly number[]) {
  const rounds = 200;
  const pushes = 200;
  const bases = sizes.map((size) => filled(size));
  const costs = sizes.map(() => ({ partial: [] as number[], final: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const k of sizes.keys()) {
      const index = (k + round) % sizes.length;
      const size = sizes[index] ?? 0;
      const transcript = createTranscript({ from: bases[index] });
      const partials = Array.from({ length: pushes }, (_, i) => turn(size + pushes, false, 3 + (i % 9)));
      const finals = Array.from({ length: pushes }, (_, i) => turn(size + i, true));
      costs[index]?.partial.push(timeOf(() => partials.forEach(transcript.push)) / pushes);
      costs[index]?.final.push(timeOf(() => finals.forEach(transcript.push)) / pushes);
    }
  }
  return costs.map(({ partial, final }) => ({ partial: quick(partial), final: quick(final) }));
}

function filled(turns: number, keep?: number): TranscriptSnapshot {
  const transcript = createTranscript({ keep });
  for (let order = 0; order < turns; order++) transcript.push(turn(order, true));
  return transcript.snapshot;
}

function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return 1000 * (performance.now() - start);
}

function quick(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 10)] ?? 0;
}

console.log("| turns | a partial (µs) | a final (µs) |\n|---|---|---|");
const sizes = [10, 1_000, 100_000];
const costs = pushCosts(sizes);
for (const [i, { partial, final }] of costs.entries())
  console.log(`| ${sizes[i]} | ${partial.toFixed(2)} | ${final.toFixed(2)} |`);
const [least, , most] = costs;
if (least && most) {
  const ratios = [most.partial / least.partial, most.final / least.final].map((ratio) => ratio.toFixed(2));
  console.log(`ratio of the last to the first: ${ratios.join(", ")}\n`);
}

// Ten hours at 12 turns a minute of 12 words.
const tenHours = 10 * 60 * 12;
for (const keep of [undefined, 500]) {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const snapshot = filled(tenHours, keep);
  globalThis.gc?.();
  const used = process.memoryUsage().heapUsed - before;
  console.log(`ten hours, keep ${keep ?? "all"}: ${(used / 1e6).toFixed(1)} MB for ${snapshot.turns.length} turns`);
}

const ways: readonly [string, CaptionOptions][] = [
  ["provisional", { provisional: true }],
  ["agreement 1", { agreement: 1 }],
  ["agreement 2 (default)", {}],
  ["agreement 3", { agreement: 3 }],
  ["agreement 4", { agreement: 4 }],
  ["settled by the service only", { agreement: 1000 }],
  ["agreement 2, restyle", { restyle: true }],
];
const colors = ["#1f6feb", "#c2410c", "#15803d", "#7c3aed"];
console.log(
  "\n| recording | captions | rewritten per minute | mean delay (ms) | 90th percentile (ms) |\n|---|---|---|---|---|",
);
const series = [];
for (const [i, name] of recordings.entries()) {
  const points: Point[] = [];
  for (const [label, options] of ways) {
    const { rewrittenAMinute, meanDelay, longDelay } = await measureFlicker(recording(name), options);
    console.log(`| ${name} | ${label} | ${rewrittenAMinute.toFixed(1)} | ${meanDelay.toFixed(0)} | ${longDelay} |`);
    if (!options.restyle) points.push({ delayMs: meanDelay, rewritten: rewrittenAMinute, label });
  }
  series.push({ name, color: colors[i] ?? "#000000", points });
}
writeFileSync("docs/flicker.svg", flickerChart(series, 2));

console.log("\n| cues | rule | kept | no room before the next cue | broken |\n|---|---|---|---|---|");
const everyday = [cuesOf(transcriptOf(everydayDialogue(1000)), {}, false)];
const recorded = recordings.map((name) => {
  const transcript = createTranscript();
  for (const { event } of recording(name)) transcript.push(event);
  return cuesOf(transcript.snapshot, {}, false);
});
for (const [name, transcripts] of [
  ["everyday dialogue", everyday],
  ["recordings", recorded],
] as const) {
  const total = transcripts.flat().length;
  const counts = transcripts.map(countRules);
  for (const rule of Object.keys(cueRules)) {
    const share = (of: "kept" | "noRoom" | "broken") => {
      const sum = counts.reduce((all, count) => all + (count[rule]?.[of] ?? 0), 0);
      return `${((100 * sum) / total).toFixed(1)} %`;
    };
    console.log(`| ${name}, ${total} | ${rule} | ${share("kept")} | ${share("noRoom")} | ${share("broken")} |`);
  }
}
