import { connect, type OpenSocket } from "@voxpipe/core";
import { openWsSocket } from "../../src/sockets/ws-socket.ts";
import { fastClock } from "../fast-clock.ts";
import { memoryUse } from "./memory-use.ts";

/** An endless source, and a peer that never reads: how much is taken, and what it costs. */
const [apiHost = "", speed = "1"] = process.argv.slice(2);
const chunk = 16_000;
const audioBuffer = 1000;
let given = 0;
let left = () => 0;
const openSocket: OpenSocket = (...args) => {
  const socket = openWsSocket(...args);
  given = 0;
  left = () => given - socket.bufferedAmount;
  const send: typeof socket.send = (data) => {
    given += data.length;
    socket.send(data);
  };
  return Object.setPrototypeOf({ send }, socket);
};
const session = connect(
  { apiHost, apiKey: "example", sampleRate: 16_000, pace: false, audioBuffer, connectionRetryDelay: 1 },
  { openSocket, sendsHeaders: true, sendsPings: true, streams: globalThis, clock: fastClock(Number(speed)) },
);
await session.opened;
const before = await memoryUse();
let produced = 0;
const source = new ReadableStream<Uint8Array>(
  {
    pull(controller) {
      produced += chunk;
      controller.enqueue(new Uint8Array(chunk));
    },
  },
  { highWaterMark: 0 },
);
source.pipeTo(session.audio).catch(() => {});
let most = 0;
let waiting = 0;
for (const until = performance.now() + 3000; performance.now() < until; ) {
  const use = await memoryUse();
  most = Math.max(most, use - before);
  waiting = produced - left();
}
const { audioBufferedMs, reconnects } = session.stats();
session.abort();
process.stdout.write(JSON.stringify({ produced, waiting, most, audioBufferedMs, reconnects }));
