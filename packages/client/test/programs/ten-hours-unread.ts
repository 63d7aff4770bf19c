import { connect, type SocketListener } from "@voxpipe/core";
import { memoryUse } from "./memory-use.ts";

/** Ten hours of turns, a reading every 200 ms, for a reader that never reads; every `readingsPerTurn`-th one is final. */
const readingsPerTurn = Number(process.argv[2]);
const readings = (10 * 3600 * 1000) / 200;
let called: (listener: SocketListener) => void;
const calling = new Promise<SocketListener>((resolve) => {
  called = resolve;
});
const session = connect(
  { apiHost: "ws://scripted", apiKey: "example", sampleRate: 16_000 },
  {
    openSocket: (_url, _headers, given) => {
      called(given);
      return { bufferedAmount: 0, send() {}, close() {}, destroy() {}, ping: () => given.alive() };
    },
    sendsHeaders: true,
    sendsPings: true,
    streams: globalThis,
  },
);
const socket = await calling;
socket.opened();
socket.message(JSON.stringify({ type: "Begin", id: "scripted", expires_at: Math.round(Date.now() / 1000) + 40_000 }));
await session.opened;

const before = await memoryUse();
let received = 0;
for (let i = 0; i < readings; i++) {
  const reading = i % readingsPerTurn;
  const words = Array.from({ length: 1 + Math.min(reading, 23) / 3 }, (_, word) => ({
    start: i * 200 + word * 10,
    end: i * 200 + word * 10 + 9,
    text: `word${i}`,
    confidence: 0.5,
    word_is_final: false,
  }));
  const text = JSON.stringify({
    turn_order: Math.floor(i / readingsPerTurn),
    turn_is_formatted: false,
    end_of_turn: reading === readingsPerTurn - 1,
    transcript: words.map((word) => word.text).join(" "),
    end_of_turn_confidence: 0.5,
    words,
    utterance: "",
    type: "Turn",
  });
  received += text.length;
  socket.message(text);
}
const after = await memoryUse();
session.abort();
const read = { finals: 0, partials: 0, last: "" };
try {
  for await (const event of session.events)
    if (event.type === "Turn") {
      read[event.end_of_turn ? "finals" : "partials"]++;
      read.last = event.words.at(-1)?.text ?? "";
    }
} catch {}
process.stdout.write(JSON.stringify({ received, held: after - before, ...read }));
