import { channel } from "node:diagnostics_channel";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { type EmulatorOptions, scripted } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { type ConnectOptions, transcribe } from "voxpipe";
import { type InstrumentationOptions, instrumentVoxpipe } from "../src/index.ts";
import { points, spans, startOtlpReceiver } from "./otlp-receiver.ts";

const words = [
  { text: "harbor", start: 0, end: 400 },
  { text: "point", start: 500, end: 900 },
];
/** Two seconds of s16le at 16 kHz: as loud as voice for one, then silent. */
const pcm = new Uint8Array(64_000).fill(0x20, 0, 32_000);
const key = "key-that-nobody-may-see";

/** Everything from the sessions to the receiver. */
async function observed(options: EmulatorOptions = {}) {
  const receiver = await startOtlpReceiver();
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics` }),
    exportIntervalMillis: 2 ** 30,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` }))],
  });
  const given: InstrumentationOptions = { meterProvider, tracerProvider };
  const instrumentation = instrumentVoxpipe(given);
  const emulator = await startEmulator({ engine: scripted(words), ...options });
  return {
    receiver,
    instrumentation,
    emulator,
    async run(more: Partial<ConnectOptions> = {}) {
      const session = {
        apiHost: emulator.url,
        apiKey: key,
        sampleRate: 16_000,
        pace: false,
        connectionRetryDelay: 1,
        connectTimeout: 120_000,
        terminationTimeout: 120_000,
        ...more,
      };
      try {
        for await (const _ of transcribe(pcm, session));
        return "well";
      } catch (error) {
        return String(Reflect.get(Object(error), "code"));
      }
    },
    async flush() {
      await meterProvider.forceFlush();
      await tracerProvider.forceFlush();
    },
    async [Symbol.asyncDispose]() {
      instrumentation.disable();
      await emulator.close();
      await tracerProvider.shutdown();
      await meterProvider.shutdown();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

test("what an OTLP receiver sees of 100 sessions, with ten dropped connections and ten that end in an error", async () => {
  await using it = await observed({
    faults: [
      ...Array.from({ length: 10 }, (_, session) => ({ when: { audioMs: 600 }, do: "drop", session }) as const),
      ...Array.from(
        { length: 10 },
        (_, i) => ({ when: { audioMs: 600 }, do: { error: 3006, text: "Not like this" }, session: 20 + i }) as const,
      ),
    ],
  });
  // One after the other up to there, so that the faults are for whom they are meant.
  const outcomes: string[] = [];
  for (let i = 0; i < 20; i++) outcomes.push(await it.run());
  for (let i = 0; i < 16; i++) outcomes.push(...(await Promise.all(Array.from({ length: 5 }, () => it.run()))));
  await it.flush();

  const failed = outcomes.filter((outcome) => outcome !== "well").length;
  expect(failed).toBe(10);
  const { receiver } = it;
  expect(points(receiver, "voxpipe.session.active")).toMatchObject({ "": { value: 0 } });
  expect(points(receiver, "voxpipe.session.duration")).toMatchObject({
    "": { value: 90 },
    "error.type=invalid-message voxpipe.close_code=3006": { value: 10 },
  });
  expect(points(receiver, "voxpipe.connection.attempts")).toMatchObject({ "": { value: 110 } });
  expect(points(receiver, "voxpipe.connection.open.duration")).toMatchObject({ "": { value: 110 } });
  expect(points(receiver, "voxpipe.connection.ends")).toMatchObject({
    "": { value: 90 },
    "error.type=connection-lost voxpipe.close_code=1006": { value: 10 },
    "error.type=invalid-message voxpipe.close_code=3006": { value: 10 },
  });
  expect(points(receiver, "voxpipe.turn.end.duration")).toMatchObject({ "": { value: 90 } });
  expect(points(receiver, "voxpipe.audio.sent")[""]?.value).toBeGreaterThan(180);
  expect(points(receiver, "voxpipe.audio.replayed")[""]?.value).toBeGreaterThan(0);

  const all = spans(receiver);
  const sessions = all.filter(({ name }) => name === "voxpipe session");
  const connects = all.filter(({ name }) => name === "voxpipe connect");
  expect(sessions).toHaveLength(100);
  expect(connects).toHaveLength(110);
  expect(sessions.filter(({ status }) => status.code === 2).map(({ status }) => status.message)).toEqual(
    Array(10).fill("invalid-message"),
  );
  const parents = new Set(sessions.map(({ spanId }) => spanId));
  expect(connects.every(({ parentSpanId = "" }) => parents.has(parentSpanId))).toBe(true);

  // Neither what was said, nor what the service said of it, nor a secret.
  const everything = JSON.stringify(receiver.bodies);
  for (const secret of [key, "harbor", "Not like this"]) expect(everything).not.toContain(secret);
});

test("each part of a reading's delay is a histogram, and their sums add up to that of the whole", async () => {
  await using it = await observed();
  const sessions = channel("voxpipe:session");
  const delays = Array.from({ length: 50 }, (_, i) => ({
    captureMs: i < 20 ? 50 + i : undefined,
    sendMs: i * 2,
    serviceMs: 300 + i * 3,
    readerMs: i,
  }));
  const known = { audioMs: 400, writtenAt: 1000 };
  for (const [reading, more] of [["first-partial", 0] as const, ["end-of-turn", 100] as const])
    for (const delay of delays)
      sessions.publish({ type: "read", session: -1, reading, ...known, ...delay, sendMs: delay.sendMs + more });
  await it.flush();
  const sum = (name: keyof (typeof delays)[number]) =>
    delays.reduce((all, delay) => all + (delay[name] ?? 0), 0) / 1000;
  for (const [name, more] of [["first_partial", 0] as const, ["end", 5] as const]) {
    const histogram = (part: string) => points(it.receiver, `voxpipe.turn.${name}${part}.duration`)[""];
    expect(histogram(".capture")).toMatchObject({ value: 20, sum: expect.closeTo(sum("captureMs"), 6) });
    expect(histogram(".send")).toMatchObject({ value: 50, sum: expect.closeTo(sum("sendMs") + more, 6) });
    expect(histogram(".service")).toMatchObject({ value: 50, sum: expect.closeTo(sum("serviceMs"), 6) });
    expect(histogram(".reader")).toMatchObject({ value: 50, sum: expect.closeTo(sum("readerMs"), 6) });
    const parts = [".capture", ".send", ".service", ".reader"].map((part) => histogram(part)?.sum ?? 0);
    const whole = parts.reduce((all, part) => all + part, 0);
    expect(histogram("")).toMatchObject({ value: 50, sum: expect.closeTo(whole, 6) });
  }
});

test("messages of another version of voxpipe change nothing", async () => {
  await using it = await observed();
  const sessions = channel("voxpipe:session");
  for (const message of [undefined, null, "begun", {}, { type: "paused", session: 1 }, { type: "begun" }])
    sessions.publish(message);
  const read = { type: "read", session: 1, reading: "first-partial", sendMs: 1, serviceMs: 1, readerMs: 1 };
  for (const wrong of [{ reading: "middle" }, { captureMs: "5" }, { sendMs: undefined }, { readerMs: Number.NaN }])
    sessions.publish({ ...read, ...wrong });
  expect(await it.run()).toBe("well");
  await it.flush();
  expect(points(it.receiver, "voxpipe.turn.first_partial.duration")).toMatchObject({ "": { value: 1 } });
});

test("after disable, nothing is counted, and spans of sessions that run are ended", async () => {
  await using it = await observed();
  const sessions = channel("voxpipe:session");
  sessions.publish({ type: "connecting", session: -1, attempt: 1 });
  it.instrumentation.disable();
  expect(await it.run()).toBe("well");
  await it.flush();
  expect(
    spans(it.receiver)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["voxpipe connect", "voxpipe session"]);
  expect(points(it.receiver, "voxpipe.session.active")).toMatchObject({ "": { value: 0 } });
});
