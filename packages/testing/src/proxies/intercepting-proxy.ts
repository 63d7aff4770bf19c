import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { connect, createSecureContext, TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { type Listening, listening } from "./listening.ts";

export interface InterceptingProxy extends Listening {
  /** The certificate of its own authority, PEM. */
  readonly ca: string;
  /** A file with `ca`, as `NODE_EXTRA_CA_CERTS` takes it. */
  readonly caFile: string;
  /** The first line of every request that it read inside TLS. */
  readonly requests: readonly string[];
}

/**
 * An HTTP proxy of a company: it ends TLS with a certificate that its own authority signed for 127.0.0.1, reads along, and
 * encrypts again.
 */
export async function startInterceptingProxy(): Promise<InterceptingProxy> {
  const authority = await generate([{ name: "commonName", value: "Example Company Root" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true },
    ],
  });
  const leaf = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          // Proxy agents check this name for a target without one.
          { type: 2, value: "localhost" },
        ],
      },
    ],
  });
  const secureContext = createSecureContext({ key: leaf.private, cert: leaf.cert });
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-authority-"));
  const caFile = join(folder, "company-root.pem");
  await writeFile(caFile, authority.cert);

  const targets: string[] = [];
  const requests: string[] = [];
  const server = createServer();
  server.on("connect", ({ url = "" }: IncomingMessage, client: Duplex) => {
    targets.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    const inside = new TLSSocket(client, { isServer: true, secureContext });
    // The service here has a certificate of its own, which nothing signed.
    const onward = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
    inside.once("data", (bytes: Buffer) => requests.push(bytes.toString("latin1").split("\r\n", 1).join("")));
    inside.pipe(onward).pipe(inside);
    for (const [one, other] of [[inside, onward] as const, [onward, inside] as const]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    client.on("error", () => onward.destroy());
  });
  const running = await listening(server, targets);
  return {
    ...running,
    ca: authority.cert,
    caFile,
    requests,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
