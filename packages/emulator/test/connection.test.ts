import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { systemClock } from "../src/clock.ts";
import { Connection } from "../src/connection/connection.ts";
import { upgradeRequest } from "./support/hostile.ts";

/** A connection, its server's end, and the client's as bare TCP. */
async function connected() {
  const server = createServer();
  const webSockets = new WebSocketServer({ noServer: true, autoPong: false });
  const upgraded = new Promise<WebSocket>((resolve) =>
    server.on("upgrade", (request, socket, head) =>
      webSockets.handleUpgrade(request, socket, head, (ws) => {
        new Connection(ws, socket, systemClock).listen({ message() {}, resumed() {}, closed() {} });
        resolve(ws);
      }),
    ),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const client = connect(typeof address === "object" && address !== null ? address.port : expect.fail(), "127.0.0.1");
  client.on("error", () => {});
  client.write(upgradeRequest("/"));
  const ws = await upgraded;
  return {
    ws,
    client,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await once(ws, "close");
      server.close();
    },
  };
}

test("a client that pings and never reads is no longer read from, until it reads", async () => {
  await using ends = await connected();
  const { ws, client } = ends;
  client.pause();
  const ping = Buffer.concat([Buffer.of(0x89, 0x80 | 125), Buffer.alloc(4 + 125)]);
  client.write(Buffer.concat(Array.from({ length: 200_000 }, () => ping)));
  await expect.poll(() => ws.isPaused).toBe(true);
  expect(ws.bufferedAmount).toBeLessThan(2 * 1_048_576);
  expect(client.writableLength).toBeGreaterThan(0);
  client.resume();
  await expect.poll(() => client.writableLength).toBe(0);
  await expect.poll(() => ws.isPaused).toBe(false);
});
