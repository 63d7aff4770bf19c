import type { Behaviour } from "../server.ts";

/** Stops reading after Begin, and stays connected. */
export function stalls(): Behaviour {
  return { connected: (socket) => socket.pause() };
}
