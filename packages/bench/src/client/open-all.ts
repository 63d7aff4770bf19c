import type { Connection, Turn, Variant } from "./variant.ts";

/** Opened beside each other at a time: as many as a client's own time limit bears. */
const atOnce = 20;

export interface OpenSession {
  readonly connection: Connection;
  /** Turns that came back so far. */
  turns: number;
}

/** gets the turns of all. */
export async function openAll(
  variant: Variant,
  url: string,
  count: number,
  onTurn: (turn: Turn) => void = () => {},
): Promise<OpenSession[]> {
  const sessions: OpenSession[] = [];
  while (sessions.length < count) {
    const next = Math.min(atOnce, count - sessions.length);
    sessions.push(...(await Promise.all(Array.from({ length: next }, () => openOne(variant, url, onTurn)))));
  }
  return sessions;
}

async function openOne(variant: Variant, url: string, onTurn: (turn: Turn) => void): Promise<OpenSession> {
  const counted = { turns: 0 };
  const connection = await variant.open(url, (turn) => {
    counted.turns++;
    onTurn(turn);
  });
  return Object.assign(counted, { connection });
}
