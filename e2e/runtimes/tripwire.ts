import { once } from "node:events";
import { createServer } from "node:net";

/** A server that nothing should reach. */
export interface Tripwire extends AsyncDisposable {
  /** As fits `apiHost`. */
  readonly url: string;
  /** How many TCP connections were made to it. */
  readonly connections: () => number;
}

/** Starts one on a free port; it closes every connection. */
export async function startTripwire(): Promise<Tripwire> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on("error", () => {}).destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}
