import { parseArgs } from "node:util";
import { never, soak, soakTable } from "./soak.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    minutes: { type: "string", default: "1" },
    sessions: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    count: { type: "string" },
  },
});
const [minutes, sessions, seed] = [values.minutes, values.sessions, values.seed].map(Number);
const count = Number(values.count ?? Number.POSITIVE_INFINITY);
if (!minutes || !sessions || !Number.isInteger(seed) || Number.isNaN(count))
  throw new Error("Usage: soak [--minutes 8] [--sessions 200] [--seed 1] [--count 1000]");

const start = performance.now();
const report = await soak({
  sessions,
  seed: seed ?? 1,
  goesOn: (begun) => begun < count && performance.now() - start < minutes * 60_000,
  ended(result, ended) {
    if (never.includes(result.outcome)) console.error(`seed ${result.seed}: ${result.outcome}, ${result.faults}`);
    if (ended % 1000 === 0) console.error(`${ended} sessions`);
  },
});
const seconds = Math.round((performance.now() - start) / 1000);
const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
console.log(soakTable(report));
console.log(`${sessions} at a time, ${seconds} s, ${megabytes} MB resident at the end, seeds from ${seed}.`);
if (report.unhandledRejections > 0 || report.results.some(({ outcome }) => never.includes(outcome)))
  process.exitCode = 1;
