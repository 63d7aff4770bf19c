import { finite } from "../protocol/finite.ts";
import type { Socket } from "./socket.ts";

/**
 * What waits in a socket, in bytes, as far as its runtime knows. Some have no `bufferedAmount` (React Native's), some
 * report NaN or always the same number: what was there before anything was sent does not count.
 *
 * @param socket Before anything is sent.
 */
export function bufferedAmount(socket: Socket): () => number {
  const read = (): number => finite(socket.bufferedAmount) ?? 0;
  const atFirst = read();
  return () => Math.max(0, read() - atFirst);
}
