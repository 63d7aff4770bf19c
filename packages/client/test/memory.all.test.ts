import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { runProgram } from "./child-program.ts";

const quiet = { history: { messages: 0, sessions: 0 } };
const megabyte = 1_000_000;

/** The figures that a program reported. */
function figures(report: unknown): Record<string, number> {
  if (typeof report !== "object" || report === null) throw new Error("The program reported nothing");
  return Object.fromEntries(Object.entries(report).map(([name, value]) => [name, Number(value)]));
}

test("a peer that stalls costs a bounded amount of memory, however endless the audio", async () => {
  await using emulator = await startEmulator({ ...quiet, faults: [{ when: "begin", do: "stall" }] });
  const { report, stderr } = await runProgram("stalled-peer", emulator.url);
  expect(stderr).toBe("");
  const { waiting = 0, most = 0, produced, audioBufferedMs = 0 } = figures(report);
  console.info(
    `Stalled peer: ${produced} bytes taken in all, ${waiting} not in the kernel; memory grew by ${most} bytes`,
  );
  // `audioBuffer`, a chunk that crosses it, and what may wait in the socket with a message that crosses that.
  expect(waiting).toBeLessThanOrEqual(32_000 + 16_000 + 64 * 1024 + 2 * 1600 + 1600);
  expect(audioBufferedMs).toBeLessThanOrEqual(1000 + 500 + 50);
  expect(most).toBeLessThan(8 * megabyte);
});

test("a peer that stalls on every connection costs the replay buffer and no more", async () => {
  await using emulator = await startEmulator({ ...quiet, faults: [{ when: "begin", do: "stall" }] });
  const { report, stderr } = await runProgram("stalled-peer", emulator.url, "30");
  expect(stderr).toBe("");
  const { most = 0, reconnects, produced } = figures(report);
  console.info(`Stalled peers: ${reconnects} connections lost, ${produced} bytes taken; memory grew by ${most} bytes`);
  expect(reconnects).toBeGreaterThan(1);
  expect(most).toBeLessThan(8 * megabyte);
});

test.each([
  ["turns of five seconds: every final is kept, partials are not", 25],
  ["one turn: its newest reading and no more than 256 older ones", 180_000 + 1],
])("a reader that never reads during ten hours costs, of %s", async (_, readingsPerTurn) => {
  const { report, stderr } = await runProgram("ten-hours-unread", String(readingsPerTurn));
  expect(stderr).toBe("");
  const { received, held = 0, finals = 0, partials = 0 } = figures(report);
  console.info(`Ten hours unread: ${received} bytes came in 180000 readings, ${held} bytes are held, ${finals} finals`);
  expect(finals).toBe(Math.floor(180_000 / readingsPerTurn));
  expect(partials).toBeLessThanOrEqual(256);
  expect(report).toMatchObject({ last: "word179999" });
  expect(held).toBeLessThan(2 * megabyte + finals * 4000);
});

test("a thousand sessions opened and closed leave nothing behind", async () => {
  await using emulator = await startEmulator(quiet);
  const { report, stderr, code } = await runProgram("thousand-sessions", emulator.url, "1000");
  expect(stderr).toBe("");
  const { before = 0, after = 0, sockets } = figures(report);
  console.info(`A thousand sessions: ${before} bytes in use before, ${after} after`);
  expect(after - before).toBeLessThan(megabyte);
  expect(sockets).toBe(0);
  expect(code).toBe(0);
});
