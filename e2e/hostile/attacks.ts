import type { WebSocket } from "ws";

/** What the client does while it is attacked. */
export type ClientMode =
  /** Reads every event. */
  | "reads"
  /** Reads none. */
  | "does not read"
  /** Writes a second of audio, closes, and waits for the end. */
  | "closes"
  /** Asks the server for a token. */
  | "asks for a token";

/** Something that a service does to its client, for as long as it is let. */
export interface Attack {
  readonly name: string;
  readonly mode: ClientMode;
  /** Whether the client's session has to end by itself. */
  readonly ends: boolean;
  /** Called once Begin was sent; `terminated` resolves when Terminate has come. Ends when `over` says so. */
  run?(socket: WebSocket, over: () => boolean, terminated: Promise<void>): Promise<void>;
}

const word = { start: 0, end: 100, text: "word", confidence: 1, word_is_final: true };
const turn = (order: number, words: unknown = [word], transcript = "word") =>
  JSON.stringify({ type: "Turn", turn_order: order, end_of_turn: true, transcript, words });

/** Sends what `make` gives, as fast as the client takes it. */
async function flood(socket: WebSocket, over: () => boolean, make: (count: number) => string): Promise<void> {
  for (let count = 0; !over() && socket.readyState === socket.OPEN; count++) {
    socket.send(make(count));
    while (socket.bufferedAmount > 4_000_000 && !over()) await new Promise((resolve) => setTimeout(resolve, 1));
    if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

function deep(levels: number): string {
  return `{"type":${"[".repeat(levels)}${"]".repeat(levels)}}`;
}

function badWords(bytes: number): string {
  const word = '{"text":7,"start":"x","end":null,"confidence":[]}';
  const words = Array(Math.floor(bytes / (word.length + 1))).fill(word);
  return `{"type":"Turn","turn_order":"first","end_of_turn":1,"transcript":null,"words":[${words.join(",")}]}`;
}

const big = "x".repeat(15 * 1024 * 1024);

/** A program for each line of the section on sessions that never end and processes that die. */
export const attacks: readonly Attack[] = [
  {
    name: "JSON 6,000 levels deep",
    mode: "reads",
    ends: false,
    run: (socket, over) => flood(socket, over, () => deep(6000)),
  },
  {
    name: "JSON 6,000 levels deep in every field of a Turn",
    mode: "reads",
    ends: false,
    run: (socket, over) =>
      flood(socket, over, (order) => turn(order).replace("[{", `${"[".repeat(6000)}${"]".repeat(6000)},"other":[{`)),
  },
  {
    name: "Turns of 1 MB of bad words",
    mode: "reads",
    ends: false,
    run: (socket, over) => flood(socket, over, () => badWords(1_000_000)),
  },
  {
    name: "Turns of 4 MB of bad words",
    mode: "reads",
    ends: false,
    run: (socket, over) => flood(socket, over, () => badWords(4_000_000)),
  },
  {
    name: "Turns without end after Terminate",
    mode: "closes",
    ends: true,
    async run(socket, over, terminated) {
      await terminated;
      await flood(socket, over, turn);
    },
  },
  {
    name: "Terminations without end after Terminate, and no close",
    mode: "closes",
    ends: true,
    async run(socket, over, terminated) {
      await terminated;
      const termination = { type: "Termination", audio_duration_seconds: 1, session_duration_seconds: 1 };
      await flood(socket, over, () => JSON.stringify(termination));
    },
  },
  {
    name: "unread Warnings",
    mode: "does not read",
    ends: false,
    run: (socket, over) =>
      flood(socket, over, (count) =>
        JSON.stringify({ type: "Warning", warning_code: count, warning: "w".repeat(200) }),
      ),
  },
  {
    name: "unread SpeechStarted",
    mode: "does not read",
    ends: false,
    run: (socket, over) =>
      flood(socket, over, (count) => JSON.stringify({ type: "SpeechStarted", timestamp: count, confidence: 1 })),
  },
  {
    name: "unread final Turns",
    mode: "does not read",
    ends: false,
    run: (socket, over) => flood(socket, over, turn),
  },
  {
    name: "unread unknown messages of 15 MB",
    mode: "does not read",
    ends: false,
    run: (socket, over) => flood(socket, over, (count) => `{"type":"Odd${count}","x":"${big}"}`),
  },
  {
    name: "unread Turns with 1 MB in a field that nobody knows",
    mode: "does not read",
    ends: false,
    run: (socket, over) =>
      flood(socket, over, (order) => `${turn(order).slice(0, -1)},"other":"${big.slice(0, 1_000_000)}"}`),
  },
  { name: "an answer without end to a request for a token", mode: "asks for a token", ends: true },
];
