import { once } from "node:events";
import type { Server } from "node:net";

/** What every proxy here has. */
export interface Listening extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What clients asked to be connected to, `HOST:PORT`, in order. */
  readonly targets: readonly string[];
}

/** Listens on loopback, and ends with every connection that it has accepted. */
export async function listening(server: Server, targets: readonly string[]): Promise<Listening> {
  const sockets = new Set<{ destroy(): unknown }>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    targets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
