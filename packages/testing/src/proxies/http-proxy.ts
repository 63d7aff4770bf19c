import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createProxy } from "proxy";
import { type Listening, listening } from "./listening.ts";

export type HttpProxy = Listening;

export interface HttpProxyOptions {
  /** The password of the user `ada`. Without one, anyone may connect. */
  readonly password?: string;
  /** Answers every CONNECT with this line instead, such as `403 Forbidden`. */
  readonly refuses?: string;
  /** Accepts connections and never answers. */
  readonly silent?: boolean;
}

/** An HTTP proxy that opens tunnels by CONNECT. */
export function startHttpProxy({ password, refuses, silent = false }: HttpProxyOptions = {}): Promise<HttpProxy> {
  const targets: string[] = [];
  const noted = ({ url = "" }: IncomingMessage) => targets.push(url);
  if (refuses !== undefined || silent) {
    const server = createServer();
    server.on("connect", (request: IncomingMessage, socket: Duplex) => {
      noted(request);
      if (!silent) socket.end(`HTTP/1.1 ${refuses}\r\nContent-Length: 0\r\n\r\n`);
    });
    return listening(server, targets);
  }
  const server = createProxy(createServer());
  if (password !== undefined)
    server.authenticate = ({ headers }) =>
      headers["proxy-authorization"] === `Basic ${Buffer.from(`ada:${password}`).toString("base64")}`;
  server.on("connect", noted);
  return listening(server, targets);
}
