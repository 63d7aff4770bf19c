import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { type Emulator, scripted, startEmulator } from "@voxpipe/emulator";
import { markdownTable } from "markdown-table";
import { WebSocket } from "ws";
import { javascriptClients } from "./live/javascript-clients.ts";
import { count, type Report, reportFrom } from "./live/outcome.ts";
import { type Scenario, scenarios } from "./live/scenarios.ts";
import { frames, said, script } from "./live/speech.ts";

/**
 * Prints what each client makes of a service that behaves as it was measured live, as a table. With `--python`, the folder of
 * the vendor's Python SDK, that client is in it too: its requirements have to be installed.
 */
const { values } = parseArgs({ options: { python: { type: "string" } } });
const { python } = values;
/** Our longest wait is for the service's limit of new sessions. */
const longestMs = 150_000;
const run = promisify(execFile);

const clients: Record<string, (url: string) => Promise<Report>> = Object.fromEntries(
  Object.keys(javascriptClients).map((name) => [name, (url: string) => javascript(name, url)]),
);
if (python !== undefined) clients["Python SDK"] = (url) => pythonClient(python, url);

const rows = await Promise.all(
  scenarios.map(async (scenario) => {
    const cells = await Promise.all(Object.values(clients).map((client) => outcome(scenario, client)));
    return [scenario.what, ...cells];
  }),
);
console.log(`${said.length} words in three turns, spoken in real time.\n`);
console.log(markdownTable([["", ...Object.keys(clients)], ...rows]));

async function outcome({ server, others = 0 }: Scenario, client: (url: string) => Promise<Report>): Promise<string> {
  await using emulator = await startEmulator({ engine: scripted(script), latency: "live", ...server });
  for (let i = 0; i < others; i++) await openAnother(emulator);
  try {
    const report = await client(emulator.url);
    const { lost, repeated } = count(report);
    const words = lost + repeated === 0 ? "every word" : `${lost} lost, ${repeated} repeated`;
    const [error] = report.errors;
    return `${words}; ${error === undefined ? "ends well" : `“${error}”`}`;
  } catch (error) {
    return `no end: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
  }
}

async function openAnother({ url }: Emulator): Promise<void> {
  const socket = new WebSocket(`${url}/v3/ws?sample_rate=16000`, { headers: { authorization: "example" } });
  await new Promise((resolve, reject) => {
    socket.once("message", resolve);
    socket.once("error", reject);
  });
  socket.close();
}

async function javascript(name: string, url: string): Promise<Report> {
  const program = fileURLToPath(new URL("live-client.js", import.meta.url));
  const { stdout } = await run(process.execPath, [program, name, url], { timeout: longestMs });
  return reportFrom(stdout);
}

async function pythonClient(folder: string, url: string): Promise<Report> {
  const program = fileURLToPath(new URL("../src/live/python_client.py", import.meta.url));
  const path = [folder, process.env.PYTHONPATH].filter((part) => part !== undefined).join(":");
  const running = run("python3", [program, url], { timeout: longestMs, env: { ...process.env, PYTHONPATH: path } });
  running.child.stdin?.end(Buffer.concat(frames()));
  return reportFrom((await running).stdout);
}
