import type { IncomingMessage, ServerResponse } from "node:http";
import type { RelayHandler } from "../read/handler.ts";

export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A handler as a listener of `node:http`, Express and others. Other bridges do as well, with one difference: they notice that
 * a reader was disconnected only when its socket takes something again, so that one that never reads keeps its connection.
 *
 * @example
 * ```ts
 * createServer(toNodeListener(relay.handler({ authorize }))).listen(8080);
 * ```
 */
export function toNodeListener(handler: RelayHandler): NodeListener {
  return (incoming, outgoing) => {
    respond(handler, incoming, outgoing).catch(() => outgoing.destroy());
  };
}

async function respond(handler: RelayHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const leaving = new AbortController();
  outgoing.once("close", () => leaving.abort());
  const { status, headers, body } = await handler(toRequest(incoming, leaving.signal));
  // Nothing is read of a request's body; a connection that is used again must not be blocked by it.
  incoming.resume();
  outgoing.writeHead(status, [...headers].flat());
  if (!body) return void outgoing.end();
  outgoing.flushHeaders();
  const reader = body.getReader();
  leaving.signal.addEventListener("abort", () => reader.cancel().catch(() => {}), { once: true });
  if (leaving.signal.aborted) await reader.cancel();
  // Also while its socket is full: that is when a reader is disconnected.
  reader.closed.catch(() => outgoing.destroy());
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (!outgoing.write(next.value)) await drained(outgoing);
  }
  outgoing.end();
}

function toRequest({ method = "GET", url = "/", headers, socket }: IncomingMessage, signal: AbortSignal): Request {
  const scheme = "encrypted" in socket && socket.encrypted === true ? "https" : "http";
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || name.startsWith(":") ? [] : [value].flat().map((one): [string, string] => [name, one]),
  );
  // A path such as `//other.example` must not name another host.
  const address = new URL(`${scheme}://${headers.host ?? headers[":authority"] ?? "localhost"}`);
  const [path = "/", query = ""] = url.split(/\?(.*)/s, 2);
  address.pathname = path;
  address.search = query;
  return new Request(address, { method, headers: entries, signal });
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done).off("close", done);
      resolve();
    };
    outgoing.once("drain", done).once("close", done);
    if (outgoing.destroyed) done();
  });
}
