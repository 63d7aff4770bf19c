import { parseArgs } from "node:util";
import { realTimes } from "./faults.ts";
import { type LoadReport, load } from "./load.ts";
import { silent } from "./silent.ts";

const usage =
  "Usage: load [--readers 100,500,1000,2000] [--rooms 10] [--minutes 5] [--rate 10] [--faults] [--silent 10000]";
const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    readers: { type: "string", default: "500" },
    rooms: { type: "string", default: "10" },
    minutes: { type: "string", default: "1" },
    rate: { type: "string", default: "10" },
    faults: { type: "boolean", default: false },
    silent: { type: "string", default: "0" },
  },
});
const sizes = values.readers.split(",").map(Number);
const [rooms = 0, minutes = 0, rate = 0] = [values.rooms, values.minutes, values.rate].map(Number);
const attackers = Number(values.silent);
if (![...sizes, rooms, minutes, rate].every((value) => value > 0) || !(attackers >= 0)) throw new Error(usage);

const log = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
const common = { programs: import.meta.dirname, rooms, rate, log };

if (attackers > 0) {
  const report = await silent({ ...common, silent: attackers, readers: sizes[0] ?? 0 });
  print(report);
  if (report.missing !== 0 || report.repeated !== 0 || report.stillHeld > 0) process.exitCode = 1;
} else {
  const reports: LoadReport[] = [];
  for (const readers of sizes) {
    const faults = values.faults ? realTimes : undefined;
    const report = await load({ ...common, readers, seconds: minutes * 60, faults });
    print(report);
    reports.push(report);
    const { missing, repeated, unordered, stillHeld } = report;
    if (missing !== 0 || repeated !== 0 || unordered !== 0 || stillHeld > 0) process.exitCode = 1;
  }
  console.log(table(reports));
  const [first, last] = [reports[0], reports.at(-1)];
  if (first && last && last.readers > first.readers) console.log(growth(first, last));
}

function print(report: object): void {
  console.log(JSON.stringify(report, (_, value) => (typeof value === "number" ? round(value) : value), 1));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Without what a server takes for its rooms, however many read them. */
function growth(first: LoadReport, last: LoadReport): string {
  const total = ({ servers }: LoadReport, name: "cpu" | "mb") => servers.reduce((sum, one) => sum + one[name], 0);
  const thousands = (last.readers - first.readers) / 1000;
  const [cpu, mb] = (["cpu", "mb"] as const).map((name) => (total(last, name) - total(first, name)) / thousands);
  return `From ${first.readers} to ${last.readers} readers, each further 1,000 took ${round(cpu ?? 0)} % of a core and ${round(mb ?? 0)} MB.`;
}

function table(reports: readonly LoadReport[]): string {
  const head =
    "readers | finals | missing, repeated | delay p50, p99, max | partials a second each | CPU of each server | memory of each | CPU, memory per 1,000 readers | CPU, memory of Redis";
  const rows = reports.map(({ servers, perThousand, redis, ...report }) => [
    report.readers,
    report.finals,
    `${report.missing}, ${report.repeated}`,
    `${report.p50}, ${report.p99}, ${report.max} ms`,
    round(report.partials),
    servers.map(({ cpu }) => `${round(cpu)} %`).join(", "),
    servers.map(({ mb }) => `${Math.round(mb)} MB`).join(", "),
    `${round(perThousand.cpu)} %, ${round(perThousand.mb)} MB`,
    `${round(redis.cpu)} %, ${round(redis.mb)} MB`,
  ]);
  return [head, ...rows.map((row) => row.join(" | "))].map((row) => `| ${row} |`).join("\n");
}
