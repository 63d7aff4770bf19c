import { readFileSync } from "node:fs";
import { ManualClock, startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { exact } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { RawClient } from "../../packages/emulator/test/support/raw-client.ts";
import { wordErrorRate } from "../../packages/recognizer/test/word-error-rate.ts";
import { root } from "../workspace.ts";

const rate = { sample_rate: 16_000 };
/** What is said in the first 12 s of the sample: its first two turns. */
const reference = readFileSync(`${root}packages/recognizer/sample/reference.txt`, "utf8").split("\n", 2).join(" ");
const speech = readFileSync(`${root}packages/recognizer/sample/sample.wav`).subarray(44, 44 + 12_000 * 32);

test("a recogniser with more sessions than it can follow is warned of, and still reports every word", async () => {
  const clock = new ManualClock();
  await using engine = disposable(recognizer({ threads: 1 }));
  await using emulator = await startEmulator({ ...exact, engine: engine.value, clock });
  const alone = await transcript(emulator.url);
  expect(wordErrorRate(reference, alone)).toBeLessThanOrEqual(0.05);
  const clients = await Promise.all(Array.from({ length: 6 }, () => RawClient.connect(emulator.url, rate)));
  await Promise.all(clients.map((client) => client.until("Begin")));
  for (const client of clients) client.audio(speech, 32_000);
  const received = () => emulator.sessions.slice(1).every(({ audio }) => audio.receivedMs === 12_000);
  await expect.poll(received).toBe(true);
  // By the clock all of it has been spoken by now; a minute of speech takes one thread seconds.
  clock.advance(15_000);
  await Promise.all(clients.map((client) => client.finish()));
  const warnings = clients.flatMap(({ messages }) => messages.filter(({ type }) => type === "Warning"));
  expect(warnings.length).toBeGreaterThan(0);
  for (const { warning } of warnings) expect(warning).toMatch(/^The engine is \d+ s behind/);
  for (const client of clients) expect(client.finals.join(" ")).toBe(alone);
});

async function transcript(url: string): Promise<string> {
  await using client = await RawClient.connect(url, rate);
  client.audio(speech, 32_000);
  await client.finish();
  return client.finals.join(" ");
}

function disposable<Value extends { close?(): Promise<void> }>(value: Value) {
  return { value, [Symbol.asyncDispose]: async () => value.close?.() };
}
