import { parseArgs } from "node:util";
import { markdownTable } from "markdown-table";
import { type Cell, cells } from "./cells.ts";
import type { ClientName } from "./clients.ts";
import { type Score, score } from "./score.ts";

/**
 * Prints which part of the words each client gives to the channel that said them, as a table. `--words` is how many a call has,
 * `--channels 2` leaves out calls of three.
 */
const { values } = parseArgs({ options: { words: { type: "string", default: "1000" }, channels: { type: "string" } } });
const names: readonly ClientName[] = ["separate", "mixed", "assemblyai"];
const wanted = cells.filter(
  ({ channels }) => values.channels === undefined || `${channels.length}` === values.channels,
);

const rows: string[][] = [];
for (const cell of wanted) {
  const row = describe(cell);
  for (const name of names) row.push(shown(await score(name, cell, Number(values.words))));
  rows.push(row);
  process.stderr.write(`${row.join(", ")}\n`);
}
const heads = ["channels", "overlap", "crosstalk", "edge times", "separate", "mixed", "assemblyai"];
console.log(markdownTable([heads, ...rows], { align: ["r", "r", "r", "l", "r", "r", "r"] }));

function describe({ channels, overlap, crosstalk, edges }: Cell): string[] {
  const level = Number.isFinite(crosstalk) ? `−${-crosstalk} dB` : "none";
  return [`${channels.length}`, `${100 * overlap} %`, level, edges];
}

function shown(result: Score | undefined): string {
  return result === undefined ? "two channels only" : `${((100 * result.right) / result.words).toFixed(1)} %`;
}
