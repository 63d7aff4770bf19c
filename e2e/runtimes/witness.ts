import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Emulator } from "@voxpipe/emulator";
import { sessionsOf } from "./expectations.ts";

/** Resolves once the emulator has seen a handshake of this behaviour. */
export async function handshakeOf(emulator: Emulator, behaviour: string): Promise<void> {
  // How often it looks, which decides nothing.
  while (!emulator.sessions.some(sessionsOf(behaviour))) await pause(5);
}

/** A server that says in a runtime what the emulator saw. */
export interface Witness extends AsyncDisposable {
  /** `?behaviour=…` is answered once the emulator has seen a handshake of it. */
  readonly url: string;
}

export async function startWitness(emulator: Emulator): Promise<Witness> {
  const server = createServer(async ({ url = "/" }, response) => {
    await handshakeOf(emulator, new URL(url, "http://witness").searchParams.get("behaviour") ?? "");
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
