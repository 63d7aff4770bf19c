import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { type ObservedSession, scripted } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { forNode } from "../../client/src/platforms/node-platform.ts";
import { autoClock } from "../../client/test/auto-clock.ts";
import { connect } from "../../core/src/connect.ts";
import { instrumentVoxpipe } from "../src/index.ts";
import { points, startOtlpReceiver } from "./otlp-receiver.ts";

const words = [
  { text: "harbor", start: 0, end: 400 },
  { text: "point", start: 500, end: 900 },
];
/** Two seconds of s16le at 16 kHz: as loud as voice for one, then silent. */
const pcm = new Uint8Array(64_000).fill(0x20, 0, 32_000);
const sessionCount = 100;

test("the histograms of 100 sessions at an OTLP receiver are within 10 ms of the delays at the server", async () => {
  await using receiver = await startOtlpReceiver();
  const exporter = new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics` });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const instrumentation = instrumentVoxpipe({ meterProvider });
  // One clock for both sides, so that the machine's load is no part of a delay.
  const clock = autoClock();
  // First words after about 1.2 s, finals about 0.4 s after the last word: each drawn from the seed.
  await using emulator = await startEmulator({ engine: scripted(words), latency: "live", clock });
  for (let done = 0; done < sessionCount; done++) {
    const given = { apiHost: emulator.url, apiKey: "example-key", sampleRate: 16_000, pace: false } as const;
    const [options, platform] = forNode(given, globalThis);
    const session = connect(options, { ...platform, clock });
    const writer = session.audio.getWriter();
    await writer.write(pcm);
    await writer.close();
    await session.closed;
  }
  await meterProvider.forceFlush();

  const delays = emulator.sessions.map(delaysOf);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const first = points(receiver, "voxpipe.turn.first_partial.duration")[""];
  const end = points(receiver, "voxpipe.turn.end.duration")[""];
  expect([first?.value, end?.value]).toEqual([sessionCount, sessionCount]);
  for (const [histogram, known] of [
    [first, delays.map(({ firstPartialMs }) => firstPartialMs)],
    [end, delays.map(({ endOfTurnMs }) => endOfTurnMs)],
  ] as const) {
    expect(mean(known)).toBeGreaterThan(100);
    const off = ((histogram?.sum ?? 0) / sessionCount) * 1000 - mean(known);
    console.info(`Known delays: ${mean(known).toFixed(1)} ms on average; the histogram is ${off.toFixed(1)} ms off`);
    expect(Math.abs(off)).toBeLessThan(10);
    // Each bucket holds the delays that belong there, save those within 10 ms of its bounds.
    const upTo = histogram?.upTo ?? [];
    expect(upTo.length).toBeGreaterThan(5);
    for (const { bound, count } of upTo) {
      expect(count).toBeGreaterThanOrEqual(known.filter((delay) => delay < bound * 1000 - 10).length);
      expect(count).toBeLessThanOrEqual(known.filter((delay) => delay < bound * 1000 + 10).length);
    }
  }
  instrumentation.disable();
  await meterProvider.shutdown();
});

/** From the arrival of the audio of a word's end to the sending of its turn, by the emulator. */
function delaysOf({ messages }: ObservedSession) {
  const turns = messages.flatMap((message) =>
    message.kind === "text" && isTurn(message.json) ? [{ at: message.at, turn: message.json }] : [],
  );
  const since = (found: (typeof turns)[number] | undefined, endMs: number | undefined): number => {
    let receivedMs = 0;
    for (const message of messages) {
      if (message.kind !== "audio") continue;
      receivedMs += message.durationMs ?? 0;
      if (found && endMs !== undefined && receivedMs >= endMs) return found.at - message.at;
    }
    throw new Error("The session has no such turn.");
  };
  const first = turns.find(({ turn }) => turn.words.length > 0);
  const last = turns.find(({ turn }) => turn.end_of_turn);
  return {
    firstPartialMs: since(first, first?.turn.words[0]?.end),
    endOfTurnMs: since(last, last?.turn.words.at(-1)?.end),
  };
}

interface Turn {
  readonly type: "Turn";
  readonly end_of_turn: boolean;
  readonly words: readonly { readonly end: number }[];
}

function isTurn(json: unknown): json is Turn {
  return Reflect.get(Object(json), "type") === "Turn";
}
