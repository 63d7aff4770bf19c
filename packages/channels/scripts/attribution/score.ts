import { setTimeout as delay } from "node:timers/promises";
import { type Emulator, scripted, startEmulator } from "@voxpipe/emulator";
import { type Call, type Cell, callOf } from "./cells.ts";
import { type ClientName, clients } from "./clients.ts";

export interface Score {
  readonly words: number;
  /** Words that came once, with the channel that said them. */
  readonly right: number;
}

/** What a client keeps back until more comes, in ms. */
const heldBackMs = 300;

/** Undefined: the client takes two channels only. */
export async function score(client: ClientName, cell: Cell, words: number): Promise<Score | undefined> {
  if (client === "assemblyai" && cell.channels.length > 2) return undefined;
  const call = callOf(cell, words);
  await using emulator = await startEmulator({
    engine: scripted(call.words),
    edges: cell.edges,
    history: { messages: 0 },
  });
  const expected = client === "separate" ? cell.channels.length : 1;
  const found = await clients[client](emulator.url, call, (ms) => heard(emulator, expected, ms - heldBackMs));
  return count(call, found);
}

async function heard({ sessions }: Emulator, expected: number, ms: number): Promise<void> {
  while (sessions.length < expected || sessions.some(({ audio }) => audio.receivedMs < ms)) await delay(2);
}

function count({ words }: Call, found: readonly { text: string; channel: string | undefined }[]): Score {
  const channels = new Map(found.map(({ text, channel }) => [Number.parseInt(text, 10), channel]));
  const right = words.filter(({ channel }, number) => channels.get(number) === channel).length;
  return { words: words.length, right: found.length > words.length ? 0 : right };
}
