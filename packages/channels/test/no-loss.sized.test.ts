import { startEmulator } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import { seededRandom } from "@voxpipe/testing/random";
import { blockMs, watermarkEngine, watermarked } from "@voxpipe/testing/watermark";
import { expect, test } from "vitest";
import { connectChannels } from "../src/index.ts";
import { collect, finals } from "./call.ts";

const runs = cases(12, 100, 300);
const breaks = ["drop", "reset", { close: 1_011 }] as const;
/** What a channel's words are numbered from, so that each says whose it is. */
const firstOf = { agent: 0, caller: 100_000, boss: 200_000 } as const;
const names = ["agent", "caller", "boss"] as const;

/** A call of two or three channels, whose connections drop here and there. */
async function run(seed: number) {
  const random = seededRandom(seed);
  const channels = names.slice(0, random.between(2, 3));
  const speech = new Map(
    channels.map((name) => {
      const blocks: boolean[] = [];
      for (const wanted = random.between(100, 300); blocks.length < wanted; )
        blocks.push(
          ...Array<boolean>(random.between(1, 60)).fill(true),
          ...Array<boolean>(random.between(0, 40)).fill(false),
        );
      return [name, blocks] as const;
    }),
  );
  // Sessions are numbered as they connect: the channels first, then what connects again.
  const faults = Array.from({ length: random.between(1, 4) }, () => ({
    when: { audioMs: random.between(10, 2_500) },
    do: breaks[random.between(0, breaks.length - 1)] ?? "drop",
    session: random.between(0, channels.length),
  }));
  await using emulator = await startEmulator({
    engine: watermarkEngine(),
    defaultModel: "universal-streaming-english",
    edges: "exact",
    faults,
    history: { messages: 0 },
  });
  const call = connectChannels({
    channels,
    maxSkew: Number.POSITIVE_INFINITY,
    apiHost: emulator.url,
    apiKey: "watermark",
    sampleRate: 16_000,
    minTurnSilence: 100,
    endOfTurnConfidenceThreshold: 0,
    pace: false,
    connectionRetryDelay: 5,
  });
  const writing = channels.map(async (name) => {
    const bytes = watermarked(speech.get(name) ?? [], firstOf[name]);
    const writer = call.audio[name].getWriter();
    for (let at = 0; at < bytes.length; ) {
      const size = random.between(1, 8_000);
      await writer.ready;
      void writer.write(bytes.subarray(at, at + size)).catch(() => {});
      at += size;
    }
    await writer.close();
  });
  const [events] = await Promise.all([collect(call.events), ...writing]);
  const summary = await call.closed;
  return { channels, speech, events, summary, reconnects: emulator.sessions.length - channels.length };
}

test("wherever connections of channels drop, no word is lost, repeated, moved, or given to another channel", async () => {
  let [words, reconnects] = [0, 0];
  const seeds = Array.from({ length: runs }, (_, index) => 1 + index);
  const worker = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const { channels, speech, events, summary, reconnects: again } = await run(seed);
      reconnects += again;
      const turns = finals(events);
      for (const name of channels) {
        const heard = turns.filter((turn) => turn.channel === name).flatMap((turn) => turn.words);
        const spoken = (speech.get(name) ?? []).flatMap((yes, number) => (yes ? [`b${firstOf[name] + number}`] : []));
        expect({ seed, name, words: heard.map(({ text }) => text) }).toEqual({ seed, name, words: spoken });
        words += heard.length;
        for (const word of heard) {
          const source = (Number(word.text.slice(1)) - firstOf[name]) * blockMs;
          expect(Math.abs(Number(word.start) - source)).toBeLessThanOrEqual(blockMs);
          expect(word.channel).toBe(name);
        }
        expect(summary.channels[name]).toHaveProperty("summary");
      }
      expect(turns.map((turn) => turn.turn_order).sort((a, b) => a - b)).toEqual(turns.map((_, index) => index));
      const lost = events.reduce((sum, event) => sum + (event.type === "Reconnected" ? event.lost_ms : 0), 0);
      expect({ seed, lost }).toEqual({ seed, lost: 0 });
      expect(events.filter(({ type }) => type === "ChannelFailed" || type === "ChannelStalled")).toEqual([]);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  console.info(`${runs} calls, ${words} words, ${reconnects} reconnections`);
  expect(reconnects).toBeGreaterThan(runs / 2);
});
