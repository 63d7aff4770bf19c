import { runSuite } from "../runtimes/suite.ts";
import { placeholder } from "./with-tokens.ts";

/** Runs the neutral suite in the page; gives a line of JSON for each behaviour. */
async function run(apiHost: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of runSuite({ apiHost, apiKey: placeholder, tellsBuffered: true })) lines.push(line);
  return lines;
}

declare global {
  var suite: typeof run;
}
globalThis.suite = run;
