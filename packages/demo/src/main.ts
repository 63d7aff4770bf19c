import { randomUUID } from "node:crypto";
import process from "node:process";
import { startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { startDemo } from "./server.ts";

const { ASSEMBLYAI_API_KEY, ASSEMBLYAI_HOST = "streaming.assemblyai.com", PORT = "3000" } = process.env;

/** Speech is recognised on this machine, by the service's own protocol. */
async function localService(): Promise<{ apiKey: string; apiHost: string }> {
  const apiKey = randomUUID();
  const emulator = await startEmulator({ engine: recognizer(), apiKeys: [apiKey] });
  return { apiKey, apiHost: emulator.url };
}

try {
  const service = ASSEMBLYAI_API_KEY ? { apiKey: ASSEMBLYAI_API_KEY, apiHost: ASSEMBLYAI_HOST } : await localService();
  const demo = await startDemo({ ...service, port: Number(PORT) });
  const where = ASSEMBLYAI_API_KEY
    ? `by ${ASSEMBLYAI_HOST}`
    : "on this machine (set ASSEMBLYAI_API_KEY for the service)";
  console.log(`Open ${demo.url} and speak. Recognised ${where}. Ctrl-C ends it.`);
} catch (error) {
  const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const remedy = inUse ? `Port ${PORT} is in use. Set PORT to another.` : error;
  console.error("The demo could not start:", remedy);
  process.exit(1);
}
