import { parseArgs } from "node:util";
import { makeCertificate } from "./inputs/certificate.ts";
import type { Result } from "./measure.ts";
import { measures } from "./measures.ts";
import { machine } from "./report/machine.ts";
import { jsonOf, tableOf } from "./report/report.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string" },
    full: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const chosen = options.only?.split(",");
const unknown = chosen?.filter((name) => !Object.hasOwn(measures, name)) ?? [];
if (unknown.length > 0)
  throw new Error(`No measure is called ${unknown.join(", ")}. There are: ${Object.keys(measures).join(", ")}.`);
const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1))
  throw new Error(`--rounds is ${options.rounds}; give a whole number from 1 on.`);

const certificate = await makeCertificate();
const results: Result[] = [];
try {
  for (const [name, measure] of Object.entries(measures)) {
    if (chosen && !chosen.includes(name)) continue;
    results.push(
      await measure({ certificate, full: options.full, rounds, progress: (text) => process.stderr.write(`${text}\n`) }),
    );
  }
} finally {
  await certificate.remove();
}

if (options.json) console.log(jsonOf(results, machine()));
else {
  const notes = results.flatMap((result) => result.notes).map((note) => `- ${note}`);
  console.log([machine(), "", tableOf(results.flatMap((result) => result.rows)), "", ...notes].join("\n"));
}
