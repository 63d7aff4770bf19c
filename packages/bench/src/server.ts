import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { parse } from "valibot";
import { type WebSocket, WebSocketServer } from "ws";
import { serverTask } from "./processes/child-tasks.ts";
import { drops } from "./server/drops.ts";
import { recognizes } from "./server/recognizes.ts";
import { stalls } from "./server/stalls.ts";
import { stamps } from "./server/stamps.ts";

/** What a server does with a connection after Begin. */
export interface Behaviour {
  connected(socket: WebSocket): void;
  /** Answers the parent's question for figures. */
  report?(): Record<string, number>;
}

const task = parse(serverTask, JSON.parse(process.argv[2] ?? "{}"));
const behaviours: Record<typeof task.behaviour, () => Behaviour> = {
  recognizes: () => recognizes(task.words),
  stamps: () => stamps(task.words),
  stalls,
  drops: () => drops(task.words, task.silentMs, task.sourceFrames),
};
const behaviour = behaviours[task.behaviour]();

const https = createServer({ key: readFileSync(task.keyFile), cert: readFileSync(task.certFile) });
const sockets = new WebSocketServer({ server: https, perMessageDeflate: false });
let connections = 0;
sockets.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => {
    if (isBinary || !data.toString().includes("Terminate")) return;
    socket.send('{"type":"Termination","audio_duration_seconds":0,"session_duration_seconds":0}');
    socket.close(1000);
  });
  const expiresAt = Math.round(Date.now() / 1000) + 10_800;
  socket.send(JSON.stringify({ type: "Begin", id: `bench-${++connections}`, expires_at: expiresAt }));
  behaviour.connected(socket);
});
https.listen(0, "localhost", () => {
  const address = https.address();
  if (address && typeof address === "object") process.send?.({ port: address.port });
});
process.on("message", () => process.send?.(behaviour.report?.() ?? {}));
process.on("disconnect", () => process.exit());
