import type { TranscriptEvent } from "@voxpipe/transcript";
import { createClient } from "redis";
import { createRelay } from "../../src/index.ts";
import { answer } from "./worker.ts";

/**
 * A publisher process: some rooms, each with ten partials a second and a final turn every three seconds, of 25 words. Texts
 * say which turn of which publisher they are, and when they were published.
 */
const [redisUrl = "", rooms = "1", rate = "10"] = process.argv.slice(2);
const relay = createRelay({
  redis: createClient({ url: redisUrl }),
  onError: (error) => process.stderr.write(`${error.code}\n`),
});
const speed = Number(rate);
const partialsPerTurn = 3 * speed;
/** Of each room. */
const finals = Array.from({ length: Number(rooms) }, () => 0);
let ending = false;

function turn(room: number, order: number, step: number): TranscriptEvent {
  const isFinal = step === partialsPerTurn;
  const count = Math.max(1, Math.ceil((25 * step) / partialsPerTurn));
  const words = Array.from({ length: count }, (_, i) => {
    const start = (order * 25 + i) * 120;
    return { text: `word${i}`, start, end: start + 110, confidence: 0.93, word_is_final: isFinal };
  });
  const mark = `<${room}|${process.pid}|${order}|${Date.now()}>`;
  const transcript = `${words.map(({ text }) => text).join(" ")} ${mark}`;
  return { type: "Turn", turn_order: order, end_of_turn: isFinal, turn_is_formatted: isFinal, transcript, words };
}

async function* speak(room: number): AsyncGenerator<TranscriptEvent> {
  yield { type: "Begin" };
  // Rooms do not speak in step.
  await pause((room * 1000) / speed / Number(rooms));
  const begun = performance.now();
  for (let order = 0, sent = 0; !ending; order++) {
    for (let step = 1; step <= partialsPerTurn && !ending; step++) {
      await pause(begun + (++sent * 1000) / speed - performance.now());
      yield turn(room, order, step);
      if (step === partialsPerTurn) finals[room] = order + 1;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

const published = Array.from({ length: Number(rooms) }, (_, room) => relay.publish(`room ${room}`, speak(room)));
const ended = Promise.all(published).then(
  () => 0,
  () => 1,
);
answer({
  /** Of each room how many final turns were handed over, and the most memory so far in bytes. */
  stats: () => ({ ...finals, mostRss: process.resourceUsage().maxRSS * 1024 }),
  async end() {
    ending = true;
    return { ...finals, failed: await ended };
  },
});
process.send?.({ listening: 0 });
