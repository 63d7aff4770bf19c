import type { Server } from "node:net";

/** Prints where a server listens, for the test that started it. */
export function tellPort(server: Server): void {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : address);
}
