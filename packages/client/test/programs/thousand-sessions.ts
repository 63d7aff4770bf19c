import { connect } from "voxpipe";
import { memoryUse } from "./memory-use.ts";

/** Opens and closes sessions, and reports the bytes in use before and after. */
const [apiHost = "", count = "1000"] = process.argv.slice(2);
const { signal } = new AbortController();

async function session(): Promise<void> {
  const { audio, events, closed } = connect({ apiHost, apiKey: "example", sampleRate: 16_000, signal });
  const writer = audio.getWriter();
  await writer.write(new Uint8Array(3200));
  await writer.close();
  for await (const _ of events);
  await closed;
}

async function sessions(left: number): Promise<void> {
  for (let at = 0; at < left; at += 10) await Promise.all(Array.from({ length: 10 }, session));
}

// The first ones pay for compiled code and caches.
await sessions(100);
const before = await memoryUse();
await sessions(Number(count));
const after = await memoryUse();
const sockets = process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP")).length;
process.stdout.write(JSON.stringify({ before, after, sockets }));
