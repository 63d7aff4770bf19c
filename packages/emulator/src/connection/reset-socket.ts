import type { Server } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

/** The TCP connection below each TLS connection. */
const below = new WeakMap<TLSSocket, Socket>();

/** Lets `resetSocket` reset the connections of a server, one with TLS too: only below TLS is there a socket that can. */
export function rememberTcp(server: Server): void {
  const pending = new Map<string, Socket>();
  server.on("connection", (tcp: Socket) => {
    const key = endpoint(tcp);
    pending.set(key, tcp);
    tcp.once("close", () => pending.delete(key));
  });
  server.on("secureConnection", (secure: TLSSocket) => {
    const tcp = pending.get(endpoint(secure));
    if (tcp !== undefined) below.set(secure, tcp);
  });
}

/** Ends a TCP connection by RST, where the stream is one. */
export function resetSocket(socket: Duplex): void {
  const tcp = socket instanceof TLSSocket ? below.get(socket) : socket;
  if (tcp instanceof Socket && !tcp.destroyed) tcp.resetAndDestroy();
  if (!socket.destroyed) socket.destroy();
}

function endpoint({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
