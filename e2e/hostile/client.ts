import { monitorEventLoopDelay } from "node:perf_hooks";
import { connect, type StreamingError, tokenFrom } from "voxpipe";

/** Runs as a process of its own: it may die. Prints what it cost as JSON. */
const [mode, url = "", seconds = "10"] = process.argv.slice(2);

const before = process.memoryUsage();
const peak = { rss: 0, heap: 0 };
const sample = () => {
  const { rss, heapUsed, external } = process.memoryUsage();
  peak.rss = Math.max(peak.rss, rss - before.rss);
  peak.heap = Math.max(peak.heap, heapUsed + external - before.heapUsed - before.external);
};
const sampling = setInterval(sample, 20);
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

const session = connect({
  apiHost: url,
  ...(mode === "asks for a token" ? { token: tokenFrom(url.replace("ws:", "http:")) } : { apiKey: "example" }),
  sampleRate: 16_000,
  reconnect: false,
  terminationTimeout: 2000,
  onWarning() {},
});
let outcome = "still open";
session.closed.then(
  () => {
    outcome = "ended well";
  },
  (error: StreamingError) => {
    outcome = error.code;
  },
);

let events = 0;
async function read(): Promise<void> {
  for await (const _ of session.events) events++;
}

if (mode === "reads" || mode === "closes") read().catch(() => {});
const writer = session.audio.getWriter();
writer.write(new Uint8Array(32_000).fill(0x20)).catch(() => {});
if (mode === "closes") writer.close().catch(() => {});

const over = new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
await Promise.race([over, mode === "closes" || mode === "asks for a token" ? session.closed.catch(() => {}) : over]);
sample();
const result = {
  rssMb: Math.round(peak.rss / 2 ** 20),
  heapMb: Math.round(peak.heap / 2 ** 20),
  longestDelayMs: Math.round(delay.max / 1e6),
  outcome,
  events,
};
clearInterval(sampling);
session.abort();
console.log(JSON.stringify(result));
// The server continues, and may keep the socket.
process.exit();
