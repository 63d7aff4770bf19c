import { parseArgs } from "node:util";
import { load } from "./load.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    readers: { type: "string", default: "500" },
    rooms: { type: "string", default: "10" },
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "10" },
    faults: { type: "boolean", default: false },
  },
});
const [readers = 0, rooms = 0, seconds = 0, rate = 0] = [values.readers, values.rooms, values.seconds, values.rate].map(
  Number,
);
if (!(readers > 0 && rooms > 0 && seconds > 0 && rate > 0))
  throw new Error("Usage: load [--readers 500] [--rooms 10] [--seconds 60] [--rate 10] [--faults]");

const programs = import.meta.dirname;
const log = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
const report = await load({ programs, readers, rooms, seconds, rate, faults: values.faults, log });
console.log(JSON.stringify({ readers, rooms, seconds, rate, faults: values.faults, ...report }, round, 1));
const lost = report.said - report.heard;
if (lost !== 0 || report.missing !== 0 || report.repeated !== 0 || report.unordered !== 0 || report.stillHeld > 0)
  process.exitCode = 1;

function round(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 10) / 10 : value;
}
