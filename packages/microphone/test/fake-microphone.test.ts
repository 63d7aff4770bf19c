import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Microphone } from "../src/index.ts";
import { type FakeMicrophone, fakeMicrophone } from "../src/testing.ts";

/** 175 ms: three chunks of 50 ms, and half of one. */
const audio = Int16Array.from({ length: 2_800 }, (_, i) => ((i * 7_919) % 20_000) - 10_000);
const bytes = new Uint8Array(audio.buffer);

async function readAll(microphone: Microphone): Promise<Uint8Array> {
  return new Uint8Array(await new Response(microphone.readable).arrayBuffer());
}

function events(microphone: FakeMicrophone): string[] {
  const seen: string[] = [];
  microphone.addEventListener("statechange", () => seen.push(microphone.state));
  microphone.addEventListener("devicechange", () => seen.push(microphone.device.deviceId));
  microphone.addEventListener("dropped", ({ droppedMs, startMs }) => seen.push(`${droppedMs} ms from ${startMs}`));
  return seen;
}

afterEach(() => void vi.useRealTimers());

describe("what it plays", () => {
  test("PCM, sample for sample, in chunks of 50 ms, and then it ends", async () => {
    const microphone = fakeMicrophone({ audio });
    const lengths: number[] = [];
    const parts: number[] = [];
    for await (const chunk of microphone.readable) {
      lengths.push(chunk.length);
      parts.push(...chunk);
    }
    expect(lengths).toEqual([1_600, 1_600, 1_600, 800]);
    expect(parts).toEqual([...bytes]);
    expect(microphone.state).toBe("stopped");
  });

  test.each([
    ["bytes", bytes],
    ["samples from -1 to 1", Float32Array.from(audio, (sample) => sample / 32_768)],
  ])("the same from %s", async (_, same) => {
    expect(await readAll(fakeMicrophone({ audio: same }))).toEqual(bytes);
  });

  test("a WAV file, at the rate asked for", async () => {
    // As arecord writes it into a pipe: mono, 16 kHz, of unknown length.
    const header = "524946462400008057415645666d74201000000001000100803e0000007d0000020010006461746100000080";
    const wav = new Uint8Array([...Buffer.from(header, "hex"), ...bytes]);
    expect(await readAll(fakeMicrophone({ wav }))).toEqual(bytes);
    expect(await readAll(fakeMicrophone({ wav, sampleRate: 8_000 }))).toHaveLength(bytes.length / 2);
  });

  test("another rate than its own is converted", async () => {
    const microphone = fakeMicrophone({ audio, audioRate: 8_000, sampleRate: 16_000 });
    expect(await readAll(microphone)).toHaveLength(2 * bytes.length);
  });

  test("silence after the audio, until it is stopped", async () => {
    const microphone = fakeMicrophone({ audio, after: "silence" });
    const reader = microphone.readable.getReader();
    const read: number[] = [];
    while (read.length < 16_000) read.push(...((await reader.read()).value ?? []));
    expect(read.slice(0, bytes.length)).toEqual([...bytes]);
    expect(read.slice(bytes.length).every((byte) => byte === 0)).toBe(true);
    await microphone.stop();
    expect((await reader.read()).done).toBe(true);
  });

  test("what is no WAV is refused", () => {
    expect(() => fakeMicrophone({ wav: bytes })).toThrow(
      expect.objectContaining({ name: "AudioError", code: "not-wav" }),
    );
  });
});

test("it is paced by the wait that it is given, such as that of fake timers", async () => {
  vi.useFakeTimers();
  const microphone = fakeMicrophone({ audio, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  let read = 0;
  const reading = microphone.readable.pipeTo(
    new WritableStream({
      write(chunk) {
        read += chunk.length;
      },
    }),
  );
  await vi.advanceTimersByTimeAsync(49);
  expect(read).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(read).toBe(1_600);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(read).toBe(bytes.length);
  await reading;
});

test("mute gives silence and no level, unmute the audio that is next", async () => {
  const microphone = fakeMicrophone({ audio });
  const reader = microphone.readable.getReader();
  microphone.mute();
  expect((await reader.read()).value?.every((byte) => byte === 0)).toBe(true);
  expect(microphone).toMatchObject({ muted: true, level: { peak: Number.NEGATIVE_INFINITY } });
  microphone.unmute();
  expect((await reader.read()).value).toEqual(bytes.subarray(1_600, 3_200));
  expect(microphone.level.peak).toBeGreaterThan(-20);
});

test("an interruption holds the audio until it is over", async () => {
  const microphone = fakeMicrophone({ audio });
  const seen = events(microphone);
  microphone.interrupt();
  let settled = false;
  const reading = readAll(microphone).finally(() => {
    settled = true;
  });
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  expect([settled, microphone.level.rms]).toEqual([false, Number.NEGATIVE_INFINITY]);
  microphone.resume();
  expect(await reading).toEqual(bytes);
  expect(seen).toEqual(["interrupted", "live", "stopped"]);
});

test("a lost device errors the audio after what was read, with the code asked for", async () => {
  const microphone = fakeMicrophone({ audio });
  const seen = events(microphone);
  const reader = microphone.readable.getReader();
  expect((await reader.read()).value).toEqual(bytes.subarray(0, 1_600));
  microphone.lose();
  await expect(reader.read()).rejects.toMatchObject({ name: "MicrophoneError", code: "device-lost" });
  expect(seen).toEqual(["stopped"]);
  await expect(microphone.setDevice()).rejects.toMatchObject({ code: "stopped" });
});

test("setDevice changes the device, or says which there are", async () => {
  const microphone = fakeMicrophone({ audio });
  const seen = events(microphone);
  await microphone.setDevice("fake-2");
  await expect(microphone.setDevice("fake-3")).rejects.toMatchObject({
    code: "no-device",
    message: expect.stringContaining("fake-1, fake-2"),
  });
  expect(microphone.device.label).toBe("Fake microphone 2");
  await microphone.setDevice();
  expect(seen).toEqual(["fake-2", "fake-1"]);
});

test("dropped audio is missing, counted and reported", async () => {
  const microphone = fakeMicrophone({ audio });
  const seen = events(microphone);
  const reader = microphone.readable.getReader();
  await reader.read();
  microphone.drop(50);
  expect((await reader.read()).value).toEqual(bytes.subarray(3_200, 4_800));
  expect([microphone.droppedMs, seen]).toEqual([50, ["50 ms from 50"]]);
});

test.each<[string, (microphone: FakeMicrophone) => unknown]>([
  ["stop", (microphone) => microphone.stop()],
  ["await using", (microphone) => microphone[Symbol.asyncDispose]()],
  ["a cancelled readable", (microphone) => microphone.readable.cancel()],
])("%s stops it, once", async (_, end) => {
  const microphone = fakeMicrophone({ audio });
  const seen = events(microphone);
  await end(microphone);
  await microphone.stop();
  expect(seen).toEqual(["stopped"]);
});

test("used in any order, every read settles and it stops once", async () => {
  const step = fc.constantFrom("read", "mute", "unmute", "interrupt", "resume", "device", "stop", "lose", "drop");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const microphone = fakeMicrophone({ audio, after: "silence" });
      const seen = events(microphone);
      const reader = microphone.readable.getReader();
      const reads: Promise<unknown>[] = [];
      const act = {
        read: () => void reads.push(reader.read().catch(() => "failed")),
        mute: () => microphone.mute(),
        unmute: () => microphone.unmute(),
        interrupt: () => microphone.interrupt(),
        resume: () => microphone.resume(),
        device: () => void microphone.setDevice("fake-2").catch(() => {}),
        stop: () => void microphone.stop(),
        lose: () => microphone.lose(),
        drop: () => microphone.drop(20),
      };
      for (const name of steps) {
        act[name]();
        await Promise.resolve();
      }
      await microphone.stop();
      await Promise.all(reads);
      expect(seen.filter((state) => state === "stopped")).toEqual(["stopped"]);
      expect(await reader.read().catch(() => ({ done: true }))).toMatchObject({ done: true });
    }),
  );
});
