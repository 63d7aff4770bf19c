import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import type { RelayHandler } from "../src/index.ts";
import { toNodeListener } from "../src/node.ts";

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  connections(): number;
  /** Cuts all connections. */
  cut(): void;
}

/** Serves a handler over HTTP, on a free loopback port. */
export async function serve(handler: RelayHandler, bridge = toNodeListener): Promise<Served> {
  const server = createServer(bridge(handler));
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port.");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}/captions`,
    port: address.port,
    connections: () => sockets.size,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}
