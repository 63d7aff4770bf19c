import { once } from "node:events";
import { createServer } from "node:http";

/** A server whose every answer is a redirect. */
export interface Redirecting extends AsyncDisposable {
  /** As fits `apiHost`. */
  readonly url: string;
  readonly requests: () => number;
}

/** Starts one on a free port. A handshake is answered as any other request, since nobody upgrades it. */
export async function startRedirecting(target: string): Promise<Redirecting> {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.writeHead(307, { location: target.replace("ws", "http"), connection: "close" }).end("Moved.");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}`,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
