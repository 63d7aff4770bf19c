import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { connect } from "voxpipe";

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
