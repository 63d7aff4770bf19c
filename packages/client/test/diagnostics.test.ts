import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { type ConnectOptions, connect, type SessionDiagnostics } from "voxpipe";

test("the channel voxpipe:session gets every connection and the end", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "begin", do: "drop", session: 0 }] });
  const heard: unknown[] = [];
  const listener = (message: unknown) => heard.push(message);
  subscribe("voxpipe:session", listener);
  const session = connect({ apiHost: emulator.url, apiKey: "example", sampleRate: 16_000, connectionRetryDelay: 1 });
  for await (const event of session.events) if (event.type === "Reconnected") await session.close();
  unsubscribe("voxpipe:session", listener);
  expect(heard).toMatchObject([
    { type: "connecting", attempt: 1 },
    { type: "begun", replayedMs: 0 },
    { type: "disconnected", error: { code: "connection-lost" } },
    { type: "connecting", attempt: 2 },
    { type: "begun", lostMs: 0 },
    { type: "disconnected", error: undefined },
    { type: "closed", error: undefined, stats: { reconnects: 1 } },
  ]);
});

type Read = Extract<SessionDiagnostics, { type: "read" }>;

function isRead(message: unknown): message is Read {
  return Reflect.get(Object(message), "type") === "read";
}

/** What the channel gets of the turns of a second of speech. */
async function readings(options: ConnectOptions): Promise<Read[]> {
  await using emulator = await startEmulator();
  const heard: Read[] = [];
  const listener = (message: unknown) => {
    if (isRead(message)) heard.push(message);
  };
  subscribe("voxpipe:session", listener);
  const session = connect({ apiHost: emulator.url, apiKey: "example", sampleRate: 16_000, pace: false, ...options });
  const writer = session.audio.getWriter();
  await writer.write(new Uint8Array(64_000).fill(0x20, 0, 32_000));
  writer.close().catch(() => {});
  for await (const _ of session.events);
  unsubscribe("voxpipe:session", listener);
  return heard;
}

test("the channel gets how long the first partial and the end of a turn took, with the capture where the source knows it", async () => {
  const asked: number[] = [];
  const startedAt = performance.timeOrigin + performance.now() - 5000;
  const capturedAt = (audioMs: number) => {
    asked.push(audioMs);
    return startedAt;
  };
  const heard = await readings({ capturedAt });
  expect(heard.map(({ reading }) => reading)).toEqual(["first-partial", "end-of-turn"]);
  expect(asked).toEqual(heard.map(({ audioMs }) => audioMs));
  for (const { captureMs, writtenAt, sendMs, serviceMs, readerMs } of heard) {
    expect(captureMs).toBeCloseTo(writtenAt - startedAt, 6);
    expect(captureMs).toBeGreaterThanOrEqual(5000);
    expect(Math.min(sendMs, serviceMs, readerMs)).toBeGreaterThanOrEqual(0);
  }
});

test("without capturedAt, or where that does not know it, the time of capture is unknown; after the write it is none", async () => {
  const captures = async (capturedAt?: ConnectOptions["capturedAt"]) =>
    (await readings({ capturedAt })).map(({ captureMs }) => captureMs);
  expect(await captures()).toEqual([undefined, undefined]);
  expect(await captures(() => undefined)).toEqual([undefined, undefined]);
  expect(await captures(() => Number.NaN)).toEqual([undefined, undefined]);
  expect(await captures(() => Date.now() + 60_000)).toEqual([0, 0]);
});

test("a capturedAt that throws is reported once, and neither the message nor the session is lost", async () => {
  const warnings: string[] = [];
  const heard = await readings({
    capturedAt: () => {
      throw new Error("no clock");
    },
    onWarning: (warning) => warnings.push(warning),
  });
  expect(heard.map(({ captureMs }) => captureMs)).toEqual([undefined, undefined]);
  expect(warnings).toHaveLength(1);
});

test.each([[null], [5], ["now"], [{}]])("capturedAt %o is refused, with what it should be", (capturedAt) => {
  const given = { apiKey: "example", sampleRate: 16_000, capturedAt };
  expect(() => Reflect.apply(connect, undefined, [given])).toThrow(/capturedAt: .*Expected a function/);
});
