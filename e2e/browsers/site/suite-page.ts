import { runSuite, type Surroundings } from "../../runtimes/suite.ts";
import { placeholder } from "./with-tokens.ts";

/** Runs the neutral suite in the page; gives a line of JSON for each behaviour. */
async function run(surroundings: Omit<Surroundings, "apiKey">): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of runSuite({ ...surroundings, apiKey: placeholder })) lines.push(line);
  return lines;
}

declare global {
  var suite: typeof run;
}
globalThis.suite = run;
