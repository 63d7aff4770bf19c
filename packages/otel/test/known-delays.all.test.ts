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
/** Every fifth session loses its first connection in the middle of its words. */
const dropped = sessionCount / 5;
const faults = Array.from(
  { length: dropped },
  (_, i) => ({ when: { audioMs: 600 }, do: "drop", session: i * 6 }) as const,
);

const parts = ["", ".capture", ".send", ".service", ".reader"] as const;
const turns = ["first_partial", "end"] as const;
type Delays = Readonly<Record<(typeof turns)[number], Readonly<Record<(typeof parts)[number], number>>>>;

test("the histograms of 100 sessions at an OTLP receiver are within 10 ms of the known delays, whole and in each part", async () => {
  await using receiver = await startOtlpReceiver();
  const exporter = new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics` });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const instrumentation = instrumentVoxpipe({ meterProvider });
  // One clock for both sides, so that the machine's load is no part of a delay.
  const clock = autoClock();
  // Begin after about 1.2 s, first words 1.2 s later, finals about 0.4 s after the last word: each drawn from the seed.
  await using emulator = await startEmulator({ engine: scripted(words), latency: "live", clock, faults });
  const delays: Delays[] = [];
  for (let session = 0; session < sessionCount; session++) {
    const before = emulator.sessions.length;
    // A source whose audio waited before it was written, and a reader that pauses after Begin and after the first partial.
    const startedAt = clock.now() - 1000 - ((session * 37) % 400);
    const given = { apiHost: emulator.url, apiKey: "example-key", sampleRate: 16_000, pace: false } as const;
    const [options, platform] = forNode({ ...given, capturedAt: (audioMs) => startedAt + audioMs }, globalThis);
    const { audio, events, closed } = connect(options, { ...platform, clock });
    const writer = audio.getWriter();
    const writtenAt = clock.now();
    await writer.write(pcm);
    const closing = writer.close();
    const readAt: { first_partial?: number; end?: number } = {};
    for await (const event of events) {
      const isFirst = event.type === "Turn" && event.words.length > 0 && readAt.first_partial === undefined;
      if (isFirst) readAt.first_partial = clock.now();
      if (event.type === "Turn" && event.end_of_turn) readAt.end ??= clock.now();
      // The first partial comes in the first pause, and the final one in the second.
      const paused = event.type === "Begin" ? 1300 + ((session * 53) % 400) : isFirst ? (session * 29) % 300 : 0;
      await new Promise<void>((resolve) => clock.after(paused, resolve));
    }
    await Promise.all([closing, closed]);
    const observed = delaysOf(emulator.sessions.slice(before), writtenAt, startedAt);
    delays.push({
      first_partial: observed(({ turn }) => turn.words.length > 0, 0, readAt.first_partial),
      end: observed(({ turn }) => turn.end_of_turn, -1, readAt.end),
    });
  }
  await meterProvider.forceFlush();

  expect(emulator.sessions).toHaveLength(sessionCount + dropped);
  for (const turn of turns)
    for (const part of parts) {
      const histogram = points(receiver, `voxpipe.turn.${turn}${part}.duration`)[""];
      const known = delays.map((delay) => delay[turn][part]);
      expect(histogram?.value).toBe(sessionCount);
      const mean = known.reduce((sum, value) => sum + value, 0) / sessionCount;
      const off = ((histogram?.sum ?? 0) / sessionCount) * 1000 - mean;
      console.info(`${turn}${part}: ${mean.toFixed(1)} ms known on average; the histogram is ${off.toFixed(1)} ms off`);
      expect(mean).toBeGreaterThan(100);
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

/**
 * What is known of a session's delays outside of it: from the test, and from its connections at the emulator. The audio of a
 * word's end comes last on the connection on which its turn is sent.
 */
function delaysOf(connections: readonly ObservedSession[], writtenAt: number, startedAt: number) {
  const messages = connections.at(-1)?.messages ?? [];
  const sent = messages.flatMap((message) =>
    message.kind === "text" && isTurn(message.json) ? [{ at: message.at, turn: message.json }] : [],
  );
  return (wanted: (given: (typeof sent)[number]) => boolean, wordAt: number, readAt = Number.NaN) => {
    const found = sent.find(wanted);
    const endMs = found?.turn.words.at(wordAt)?.end ?? Number.NaN;
    let receivedMs = 0;
    for (const message of messages) {
      if (message.kind !== "audio") continue;
      receivedMs += message.durationMs ?? 0;
      if (found && receivedMs >= endMs)
        return {
          "": readAt - startedAt - endMs,
          ".capture": writtenAt - startedAt - endMs,
          ".send": message.at - writtenAt,
          ".service": found.at - message.at,
          ".reader": readAt - found.at,
        };
    }
    throw new Error("The session has no such turn.");
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
