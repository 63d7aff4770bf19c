import { randomUUID } from "node:crypto";
import process from "node:process";
import { startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { startDemo } from "./server.ts";

const { ASSEMBLYAI_API_KEY, ASSEMBLYAI_HOST = "streaming.assemblyai.com", PORT = "3000", READERS_HOST } = process.env;

/** Speech is recognised on this machine, by the service's own protocol. */
async function localService(): Promise<{ apiKey: string; apiHost: string }> {
  const apiKey = randomUUID();
  const emulator = await startEmulator({
    edges: "exact",
    defaultModel: "universal-streaming-english",
    engine: recognizer(),
    apiKeys: [apiKey],
  });
  return { apiKey, apiHost: emulator.url };
}

function fail(reason: unknown): never {
  console.error(reason);
  process.exit(1);
}

if (!/^\d+$/.test(PORT) || Number(PORT) > 65_535) {
  fail(`PORT is ${PORT}. Set it to a whole number from 0 to 65535.`);
}
if (READERS_HOST !== undefined && ["", "0.0.0.0", "::", "127.0.0.1", "localhost"].includes(READERS_HOST)) {
  fail(`READERS_HOST is "${READERS_HOST}". Set it to an address by which others reach this machine.`);
}
// Sessions that are open end with the process.
process.once("SIGINT", () => process.exit());

try {
  const service = ASSEMBLYAI_API_KEY ? { apiKey: ASSEMBLYAI_API_KEY, apiHost: ASSEMBLYAI_HOST } : await localService();
  const url = await startDemo({ ...service, port: Number(PORT), readersHost: READERS_HOST });
  const where = ASSEMBLYAI_API_KEY
    ? `by ${ASSEMBLYAI_HOST}`
    : "on this machine (set ASSEMBLYAI_API_KEY for the service)";
  console.log(`Open ${url} and speak. Recognised ${where}. Ctrl-C ends it.`);
} catch (error) {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") fail(`Port ${PORT} is in use. Set PORT to another.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    fail(`READERS_HOST is ${READERS_HOST}, which is no address of this machine. Set it to one, or leave it out.`);
  }
  fail(error);
}
