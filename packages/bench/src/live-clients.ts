import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { markdownTable } from "markdown-table";
import { WebSocket } from "ws";
import { javascriptClients } from "./live/javascript-clients.ts";
import { count, type Report, reportFrom } from "./live/outcome.ts";
import { type Scenario, scenarios } from "./live/scenarios.ts";
import { frames, said } from "./live/speech.ts";
import { wordEngine } from "./live/word-engine.ts";

/**
 * Prints what each client makes of a service that behaves as it was measured live, as a table. With `--python`, the folder of
 * the vendor's Python SDK, that client is in it too: its requirements have to be installed.
 */
const { values } = parseArgs({ options: { python: { type: "string" } } });
const { python } = values;
/** Our longest wait is for the service's limit of new sessions. */
const longestMs = 150_000;
const run = promisify(execFile);

/** @param authority the file of the server's certificate */
type Run = (url: string, authority: string) => Promise<Report>;
const clients: Record<string, Run> = Object.fromEntries(
  Object.keys(javascriptClients).map((name): [string, Run] => [
    name,
    (url, authority) => javascript(name, url, authority),
  ]),
);
if (python !== undefined) clients["Python SDK"] = (url, authority) => pythonClient(python, url, authority);
const folder = await mkdtemp(join(tmpdir(), "voxpipe-clients-"));
let authorities = 0;

const rows = await Promise.all(
  scenarios.map(async (scenario) => {
    const cells = await Promise.all(Object.values(clients).map((client) => outcome(scenario, client)));
    return [scenario.what, ...cells];
  }),
);
await rm(folder, { recursive: true });
console.log(`${said.length} words in three turns, spoken in real time.\n`);
console.log(markdownTable([["", ...Object.keys(clients)], ...rows]));

async function outcome({ server, others = 0 }: Scenario, client: Run): Promise<string> {
  await using emulator = await startEmulator({ engine: wordEngine(), latency: "live", tls: true, ...server });
  const authority = join(folder, `${authorities++}.pem`);
  await writeFile(authority, emulator.certificate ?? "");
  for (let i = 0; i < others; i++) await openAnother(emulator);
  try {
    const report = await client(emulator.url, authority);
    const { lost, repeated } = count(report);
    const words = lost + repeated === 0 ? "every word" : `${lost} lost, ${repeated} repeated`;
    const error = report.errors[0]?.split(". ")[0];
    return `${words}; ${error === undefined ? "ends well" : `“${error}”`}`;
  } catch (error) {
    return `no end: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
  }
}

async function openAnother({ url, certificate: ca }: Emulator): Promise<void> {
  const socket = new WebSocket(`${url}/v3/ws?sample_rate=16000`, {
    headers: { authorization: "example" },
    ...(ca !== undefined && { ca }),
  });
  await new Promise((resolve, reject) => {
    socket.once("message", resolve);
    socket.once("error", reject);
  });
  socket.close();
}

async function javascript(name: string, url: string, authority: string): Promise<Report> {
  const program = fileURLToPath(new URL("live-client.js", import.meta.url));
  const { stdout } = await run(process.execPath, [program, name, url], {
    timeout: longestMs,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
  });
  return reportFrom(stdout);
}

async function pythonClient(sdk: string, url: string, authority: string): Promise<Report> {
  const program = fileURLToPath(new URL("../src/live/python_client.py", import.meta.url));
  const path = [sdk, process.env.PYTHONPATH].filter((part) => part !== undefined).join(":");
  const running = run("python3", [program, url], {
    timeout: longestMs,
    env: { ...process.env, PYTHONPATH: path, SSL_CERT_FILE: authority },
  });
  running.child.stdin?.end(Buffer.concat(frames()));
  return reportFrom((await running).stdout);
}
