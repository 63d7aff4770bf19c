import type { Connection, Turn, Variant } from "./variant.ts";

/** Opened beside each other at a time: as many as a client's own time limit bears. */
const atOnce = 20;

/** Opens `count` sessions. `onTurn` hears of the turns of all. */
export async function openAll(
  variant: Variant,
  url: string,
  count: number,
  onTurn: (turn: Turn) => void,
): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < count) {
    const next = Math.min(atOnce, count - connections.length);
    connections.push(...(await Promise.all(Array.from({ length: next }, () => variant.open(url, onTurn)))));
  }
  return connections;
}
