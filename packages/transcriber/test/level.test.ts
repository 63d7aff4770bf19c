import { afterEach, expect, test, vi } from "vitest";
import { startKit, tone } from "./kit.ts";

afterEach(() => void vi.restoreAllMocks());

test("the level costs no timer unless something is captured and someone watches", async () => {
  const timers = vi.spyOn(globalThis, "setInterval");
  const ofLevel = () => timers.mock.calls.filter(([, ms]) => ms === 50).length;
  await using kit = await startKit();
  const { transcriber } = kit;
  await transcriber.start();
  expect(ofLevel()).toBe(0);
  await transcriber.stop();
  const levels: number[] = [];
  const leave = transcriber.watchLevel(({ peak }) => levels.push(peak));
  expect(ofLevel()).toBe(0);
  await transcriber.start();
  expect(ofLevel()).toBe(1);
  await expect.poll(() => Math.max(...levels)).toBeGreaterThan(-20);
  const cleared = vi.spyOn(globalThis, "clearInterval");
  await transcriber.stop();
  expect(levels.at(-1)).toBe(Number.NEGATIVE_INFINITY);
  expect(cleared.mock.calls.filter(([timer]) => timer !== undefined)).not.toEqual([]);
  await transcriber.start();
  expect(ofLevel()).toBe(2);
  leave();
  leave();
  const count = levels.length;
  await kit.until(({ transcript }) => transcript.text !== "");
  expect(levels).toHaveLength(count);
});

test("the level is that of what is heard: the microphone's or the stream's; silence while muted, and while nothing is", async () => {
  await using kit = await startKit();
  expect(kit.transcriber.level.peak).toBe(Number.NEGATIVE_INFINITY);
  await kit.transcriber.start();
  await expect.poll(() => kit.transcriber.level.peak).toBeGreaterThan(-20);
  kit.transcriber.mute();
  expect(kit.transcriber.level.peak).toBe(Number.NEGATIVE_INFINITY);

  const bytes = new Uint8Array(tone(1).buffer);
  const source = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes) });
  await using other = await startKit({ source });
  await other.transcriber.start();
  await expect.poll(() => other.transcriber.level.peak).toBeCloseTo(20 * Math.log10(8_000 / 32_768), 1);
});
