import { readFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { reportFailure } from "./command/failure-report.ts";
import { DemoFigures } from "./demo/figures.ts";
import { oneLine } from "./terminal/terminal-safe.ts";
import { transcribe } from "./transcribe.ts";

const sample = new URL("../../recognizer/sample/sample.wav", import.meta.url);
const sampleReference = new URL("reference.txt", sample);

/**
 * `demo [file]`: recognises the sample, or the named file, on this machine at the speed at which it was spoken; then prints
 * figures. The reference is known for the sample, and for `talk.wav` if `talk.txt` is beside it.
 */
async function demo(named: string | undefined): Promise<void> {
  const source = named ?? fileURLToPath(sample);
  const reference = await textOf(named === undefined ? sampleReference : named.replace(/(\.\w+)?$/, ".txt"));
  const figures = new DemoFigures();
  process.stdout.write(`${oneLine(named ?? "The sample")}, recognised on this machine while it is being sent:\n\n`);
  const started = performance.now();
  await transcribe(
    {
      source,
      local: true,
      realtime: true,
      formatTurns: true,
      channels: [],
      languages: [],
      keyterms: [],
      parameters: {},
      json: false,
      quiet: false,
    },
    { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env, signals: process },
    (event, session) => figures.watch(event, session),
  );
  const lines = figures.lines(reference, (performance.now() - started) / 1000);
  process.stdout.write(`\n${lines.join("\n")}\n`);
}

async function textOf(file: string | URL): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}

try {
  await demo(process.argv[2]);
} catch (error) {
  const { line, code } = reportFailure(error);
  process.stderr.write(line);
  process.exitCode = code;
}
