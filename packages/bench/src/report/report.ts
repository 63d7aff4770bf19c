import { markdownTable } from "markdown-table";
import type { Result, Row } from "../measure.ts";
import { median } from "./statistics.ts";

const heads = ["figure", "unit", "bare loop", "assemblyai", "voxpipe", "÷ bare", "÷ assemblyai", "goal"];

/** The table that people read: medians, the spread of the rounds in brackets, ratios of the medians. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ figure, unit, bare, vendor, ours, goal }) => [
    figure,
    unit,
    cell(bare),
    cell(vendor),
    cell(ours),
    ratio(ours, bare),
    ratio(ours, vendor),
    goal ?? "",
  ]);
  return markdownTable([heads, ...lines], { align: ["l", "l", "r", "r", "r", "r", "r", "l"] });
}

/** The same for programs, with every sample. */
export function jsonOf(results: readonly Result[], machine: string): string {
  const rows = results.flatMap((result) => result.rows);
  return JSON.stringify({ machine, rows, notes: results.flatMap((result) => result.notes) }, undefined, 2);
}

function cell(samples: readonly number[] | undefined): string {
  if (!samples || samples.length === 0) return "";
  const middle = round(median(samples));
  return samples.length === 1 ? middle : `${middle} (${round(Math.min(...samples))}–${round(Math.max(...samples))})`;
}

/** Three significant digits; whole numbers as they are. */
function round(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

function ratio(ours: readonly number[], other: readonly number[] | undefined): string {
  const base = other && other.length > 0 ? median(other) : 0;
  return base > 0 && ours.length > 0 ? (median(ours) / base).toFixed(2) : "";
}
