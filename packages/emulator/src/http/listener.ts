import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { rememberTcp } from "../connection/reset-socket.ts";
import { listenError } from "../emulator-error.ts";
import type { Certificate } from "./certificate.ts";

/** How often a free port is looked for that both loopback addresses have. */
const mostAttempts = 20;

/** Silence after which TCP asks whether a client is still there, in ms. */
const keepAliveMs = 30_000;

/** What a machine without IPv6 says to ::1. */
const noSuchAddress = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

/** The HTTP servers of one emulator: one for each address, all on one port. */
export class Listener {
  readonly #certificate: Certificate | undefined;
  readonly #serve: (server: Server) => void;
  #servers: Server[] = [];
  #address: AddressInfo = { address: "", family: "", port: 0 };

  /** @param serve called with each server before it listens, for its requests */
  constructor(certificate: Certificate | undefined, serve: (server: Server) => void) {
    this.#certificate = certificate;
    this.#serve = serve;
  }

  /** The first address listened on. */
  get address(): AddressInfo {
    return this.#address;
  }

  /** @throws EmulatorError `port-in-use` or `cannot-listen` */
  async listen(host: string, port: number): Promise<void> {
    const { server, address } = await this.#bind(host === "localhost" ? "127.0.0.1" : host, port);
    this.#servers = [server];
    this.#address = address;
    if (host !== "localhost") return;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#servers.push((await this.#bind("::1", this.#address.port)).server);
        return;
      } catch (error) {
        if (noSuchAddress.has(causeCode(error))) return;
        await this.close();
        if (port !== 0 || attempt === mostAttempts) throw error;
      }
      const next = await this.#bind("127.0.0.1", 0);
      this.#servers = [next.server];
      this.#address = next.address;
    }
  }

  /** Ends every connection that is no WebSocket, and listens no more. */
  async close(): Promise<void> {
    await Promise.all(
      this.#servers.splice(0).map((server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  async #bind(host: string, port: number): Promise<{ server: Server; address: AddressInfo }> {
    // The kernel notices clients whose machine or network has gone, which nothing that is sent would say.
    const options = { keepAlive: true, keepAliveInitialDelay: keepAliveMs };
    const server =
      this.#certificate === undefined
        ? createServer(options)
        : createSecureServer({ ...options, ...this.#certificate });
    rememberTcp(server);
    this.#serve(server);
    await new Promise<void>((resolve, reject) => {
      const refused = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
      server.once("error", refused);
      server.listen(port, host, () => {
        server.off("error", refused);
        resolve();
      });
    });
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("A server that listens on TCP has an address");
    return { server, address };
  }
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
