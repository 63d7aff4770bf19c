import { once } from "node:events";
import { createServer } from "node:http";
import { createProxy } from "proxy";

/** An HTTP proxy. */
export interface HttpProxy extends AsyncDisposable {
  readonly url: string;
  /** What it was asked to connect to: host and port. */
  readonly targets: readonly (string | undefined)[];
}

/** Starts one on a free port of this machine. */
export async function startProxy(): Promise<HttpProxy> {
  const server = createProxy(createServer());
  const targets: (string | undefined)[] = [];
  server.on("connect", ({ url }) => targets.push(url));
  // Bun sends requests without TLS as they are.
  server.on("request", ({ url }) => targets.push(new URL(url ?? "").host));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    targets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
