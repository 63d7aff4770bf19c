import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";

/**
 * How many sessions a server carries in real time: it runs in a process of its own, this one speaks for all clients.
 *
 * `pnpm --filter @voxpipe/emulator load --sessions 1000 --seconds 30 --frame 100`
 *
 * With `--engine ../recognizer/dist/index.js --speech ../recognizer/sample/sample.wav` every client speaks that file over and over
 * (16 kHz mono s16le), each from a place of its own.
 */
const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "1000" },
    seconds: { type: "string", default: "30" },
    frame: { type: "string", default: "100" },
    engine: { type: "string" },
    speech: { type: "string" },
  },
  allowPositionals: true,
});
const sessions = Number(values.sessions);
const seconds = Number(values.seconds);
const frameMs = Number(values.frame);

/** Three seconds of a tone, two of silence: a turn each five seconds. */
const [loud, quiet] = [8_000, 0].map((amplitude) =>
  Buffer.from(
    Int16Array.from({ length: frameMs * 16 }, (_, index) =>
      Math.round(amplitude * Math.sin((2 * Math.PI * 440 * index) / 16_000)),
    ).buffer,
  ),
);

const speech = values.speech === undefined ? undefined : readFileSync(values.speech).subarray(44);

interface Client {
  readonly socket: WebSocket;
  /** When the first of its audio was spoken, by `performance.now()`. */
  startedAt: number;
  finals: number;
  words: number;
  warnings: number;
  failed: boolean;
  ended: boolean;
}

const finalDelays: number[] = [];
const frameDelays: number[] = [];

const server = await startServer();
const clients = await Promise.all(Array.from({ length: sessions }, (_, index) => open(server.url, index)));
const cpuBefore = cpuSeconds(server.process);
const ownBefore = process.cpuUsage();
const startedAt = performance.now();
await Promise.all(clients.map(speak));
const wall = (performance.now() - startedAt) / 1_000;
const cpu = cpuSeconds(server.process) - cpuBefore;
const own = process.cpuUsage(ownBefore);
const memory = residentMegabytes(server.process);
server.process.kill("SIGINT");
await once(server.process, "close");

console.log(
  JSON.stringify(
    {
      sessions,
      frameMs,
      audioSeconds: seconds,
      wallSeconds: round(wall),
      failed: clients.filter(({ failed }) => failed).length,
      ended: clients.filter(({ ended }) => ended).length,
      warned: clients.filter(({ warnings }) => warnings > 0).length,
      finals: clients.reduce((sum, { finals }) => sum + finals, 0),
      words: clients.reduce((sum, { words }) => sum + words, 0),
      finalAfterSpeechMs: percentiles(finalDelays),
      clientFrameLateMs: percentiles(frameDelays),
      serverCpuShare: round(cpu / wall),
      clientCpuShare: round((own.user + own.system) / 1e6 / wall),
      serverResidentMb: Math.round(memory),
    },
    null,
    2,
  ),
);

async function startServer(): Promise<{ url: string; process: ChildProcess }> {
  const program = fileURLToPath(new URL("../bin/voxpipe-emulator.js", import.meta.url));
  const engine = values.engine === undefined ? [] : ["--engine", values.engine];
  const args = [program, "--port", "0", "--quiet", ...engine];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) {
    const url = /^Listening on (.*)$/.exec(line)?.[1];
    if (url !== undefined) return { url, process: child };
  }
  throw new Error("The server did not start. Build the package first.");
}

async function open(url: string, index: number): Promise<Client> {
  // A few at a time, so that it is sessions that are measured and not the listen queue.
  await wait(index * 2);
  const headers = { authorization: "load" };
  const socket = new WebSocket(`${url}/v3/ws?sample_rate=16000`, { headers, perMessageDeflate: false });
  const client: Client = { socket, startedAt: 0, finals: 0, words: 0, warnings: 0, failed: false, ended: false };
  socket.on("error", () => {
    client.failed = true;
  });
  await new Promise<void>((resolve) => {
    socket.on("close", resolve);
    socket.on("message", (data) => {
      const message: { type?: string; end_of_turn?: boolean; words?: { end: number }[] } = JSON.parse(String(data));
      if (message.type === "Begin") resolve();
      if (message.type === "Error") client.failed = true;
      if (message.type === "Warning") client.warnings++;
      if (message.type === "Termination") client.ended = true;
      if (!message.end_of_turn) return;
      client.finals++;
      client.words += message.words?.length ?? 0;
      finalDelays.push(performance.now() - client.startedAt - (message.words?.at(-1)?.end ?? 0));
    });
  });
  return client;
}

async function speak(client: Client): Promise<void> {
  // Clients do not speak in step.
  await wait(Math.random() * 1_000);
  const start = performance.now();
  client.startedAt = start;
  const offset = Math.floor(Math.random() * 20_000);
  for (let sentMs = 0; sentMs < seconds * 1_000; sentMs += frameMs) {
    const due = start + sentMs + frameMs - performance.now();
    if (due > 0) await wait(due);
    frameDelays.push(Math.max(0, -due));
    client.socket.send(speech === undefined ? toneAt(sentMs) : speechAt(speech, offset + sentMs));
  }
  client.socket.send(JSON.stringify({ type: "Terminate" }));
  if (client.socket.readyState !== WebSocket.CLOSED) await once(client.socket, "close");
}

function toneAt(sentMs: number): Buffer {
  const frame = sentMs % 5_000 < 3_000 ? loud : quiet;
  return frame ?? Buffer.alloc(0);
}

/** A frame of speech that repeats. */
function speechAt(pcm: Buffer, ms: number): Buffer {
  const from = (ms * 32) % pcm.length;
  const frame = pcm.subarray(from, from + frameMs * 32);
  return Buffer.concat([frame, pcm.subarray(0, frameMs * 32 - frame.length)]);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** User and system time of a process, from Linux's /proc, in seconds. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMegabytes({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

function percentiles(numbers: readonly number[]) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: Math.round(sorted.at(-1) ?? 0) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
