import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AudioEncoding, pcmFormat } from "./audio-format.ts";
import { PcmReplayBuffer } from "./pcm-replay-buffer.ts";
import type { AudioMessage } from "./replay-buffer.ts";

/** Bytes that show where they come from; none of them silence. */
const source = Uint8Array.from({ length: 6_000_000 }, (_, i) => 1 + (((i * 2_654_435_761) >>> 8) % 250));

interface Setting {
  readonly encoding: AudioEncoding;
  readonly sampleRate: number;
  readonly frameMs: number;
  readonly capacityMs: number;
}

/** A log beside the little that has to be true of it: which byte of the source comes next. */
class Checked {
  readonly log: PcmReplayBuffer;
  readonly sampleBytes: number;
  readonly silence: number;
  readonly bytesPerMs: number;
  readonly frameMs: number;
  written = 0;
  sent = 0;

  constructor({ encoding, sampleRate, frameMs, capacityMs }: Setting) {
    const format = pcmFormat(encoding, sampleRate);
    if (!format) throw new TypeError(encoding);
    this.log = new PcmReplayBuffer(format, frameMs, capacityMs);
    this.sampleBytes = format.bytesPerSample;
    this.silence = format.silence;
    this.bytesPerMs = (sampleRate * format.bytesPerSample) / 1000;
    this.frameMs = frameMs;
  }

  write(length: number): void {
    const chunk = source.subarray(this.written, this.written + length);
    this.written += chunk.length;
    for (let offset = 0; offset < chunk.length; ) {
      this.drain();
      const taken = this.log.append(chunk, offset);
      if (taken === 0) throw new Error("The log takes nothing and gives nothing");
      offset += taken;
    }
  }

  drain(): void {
    for (let message = this.log.next(); message; message = this.log.next()) {
      if (message.paddingMs !== 0) throw new Error("A complete message was padded");
      this.check(message);
    }
  }

  /** As a forced endpoint does: all that is here, up to the last whole sample. */
  cut(): void {
    this.drain();
    const message = this.log.next(this.log.endMs);
    if (message) this.check(message);
    expect(this.sent).toBe(this.written - (this.written % this.sampleBytes));
  }

  finish(): void {
    this.drain();
    const message = this.log.rest();
    if (message) this.check(message);
    expect(this.sent).toBe(this.written);
    expect(this.log.rest()).toBeUndefined();
  }

  /** Plain comparisons: this runs for every message of every run. */
  check({ bytes, durationMs, paddingMs }: AudioMessage): void {
    const length = Math.round(durationMs * this.bytesPerMs);
    const audio = source.subarray(this.sent, this.sent + length);
    const ms = bytes.length / this.bytesPerMs;
    const facts = {
      "is the source's next bytes": Buffer.compare(bytes.subarray(0, length), audio) === 0,
      "is padded with silence alone": bytes.subarray(length).every((byte) => byte === this.silence),
      "says how long its padding is": Math.abs(paddingMs * this.bytesPerMs - (bytes.length - length)) < 1e-6,
      "is neither too short nor too long": ms > 50 - 1e-9 && ms < 1000 + 1e-9,
      "starts with a sample": this.sent % this.sampleBytes === 0,
      "ends with a sample": bytes.length % this.sampleBytes === 0,
    };
    for (const [fact, holds] of Object.entries(facts))
      if (!holds) throw new Error(`Not so: a message ${fact} (byte ${this.sent}, ${length} of ${bytes.length})`);
    this.sent += length;
    if (Math.abs(this.log.sentMs * this.bytesPerMs - this.sent) > 1e-6) throw new Error("sentMs is wrong");
  }

  rewind(ms: number): void {
    this.log.rewind(ms);
    this.sent = Math.round(this.log.sentMs * this.bytesPerMs);
  }
}

const setting: fc.Arbitrary<Setting> = fc.record({
  encoding: fc.constantFrom<AudioEncoding>("pcm_s16le", "pcm_mulaw"),
  sampleRate: fc.oneof(
    fc.constantFrom(8000, 11_025, 16_000, 44_100, 48_000, 96_000),
    fc.integer({ min: 8000, max: 96_000 }),
  ),
  frameMs: fc.oneof(fc.constantFrom(50, 100, 1000), fc.double({ min: 50, max: 1000, noNaN: true })),
  capacityMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })),
});

const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 6, arbitrary: fc.integer({ min: 10, max: 20_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 1_048_576 }) },
);

type Step = readonly ["write" | "rewind" | "release", number] | readonly ["cut"];
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("write" as const), size) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("rewind" as const), fc.double({ min: 0, max: 1, noNaN: true })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("release" as const), fc.double({ min: 0, max: 1, noNaN: true })) },
  { weight: 1, arbitrary: fc.constant(["cut"] as const) },
);

describe("framing", () => {
  test("gives back what was written, in messages of 50 to 1000 ms, however it was written, cut and replayed", () => {
    fc.assert(
      fc.property(setting, fc.array(step, { maxLength: 30 }), (given, steps) => {
        const checked = new Checked(given);
        for (const [what, amount = 0] of steps) {
          if (what === "write") checked.write(amount);
          else if (what === "rewind") checked.rewind(amount * checked.log.endMs);
          else if (what === "release") checked.log.release(amount * checked.log.endMs);
          else checked.cut();
        }
        checked.finish();
      }),
      { numRuns: 400 },
    );
  });

  test.each([1, 7, 1600, 65_536, 1_048_576])("writes of %i bytes become frames of exactly 50 ms", (length) => {
    const checked = new Checked({ encoding: "pcm_s16le", sampleRate: 16_000, frameMs: 50, capacityMs: 0 });
    const sizes: number[] = [];
    const total = Math.min(1_048_576, length * 5000);
    const one = new Uint8Array(length);
    for (let written = 0; written < total; written += length)
      for (let offset = 0; offset < length; ) {
        const message = checked.log.next();
        if (message) sizes.push(message.bytes.length);
        else offset += checked.log.append(one, offset);
      }
    expect(new Set(sizes)).toEqual(new Set([1600]));
    expect(sizes.length).toBeGreaterThanOrEqual(Math.floor(total / 1600) - 1);
  });

  test.each([
    ["pcm_s16le", 16_000, 0x00, 1600],
    ["pcm_mulaw", 8000, 0xff, 400],
  ] as const)("pads the last %s message with its silence", (encoding, sampleRate, silent, frame) => {
    const checked = new Checked({ encoding, sampleRate, frameMs: 50, capacityMs: 0 });
    checked.write(10);
    const rest = checked.log.rest();
    expect(rest?.bytes).toEqual(Uint8Array.from({ length: frame }, (_, i) => (i < 10 ? (source[i] ?? 0) : silent)));
    expect(rest?.paddingMs).toBeCloseTo(50 - (rest?.durationMs ?? 0), 9);
  });

  test("ends on a whole sample where half of one is left, also in a message longer than a frame", () => {
    const checked = new Checked({ encoding: "pcm_s16le", sampleRate: 16_000, frameMs: 50, capacityMs: 0 });
    checked.write(100);
    checked.cut();
    checked.write(2001);
    const rest = checked.log.rest();
    expect(rest?.bytes.length).toBe(2002);
    expect(rest?.bytes.at(-1)).toBe(0);
  });

  test("leaves half a sample behind a cut for the message after it", () => {
    const checked = new Checked({ encoding: "pcm_s16le", sampleRate: 16_000, frameMs: 50, capacityMs: 0 });
    checked.write(101);
    checked.cut();
    expect(checked.sent).toBe(100);
    checked.finish();
  });

  test("cuts where it is asked to, in audio that is there already, too", () => {
    const checked = new Checked({ encoding: "pcm_s16le", sampleRate: 16_000, frameMs: 100, capacityMs: 1000 });
    checked.write(32_000);
    checked.rewind(0);
    expect(checked.log.next(70)).toMatchObject({ durationMs: 70, paddingMs: 30 });
    expect(checked.log.next(70)).toBeUndefined();
    // Back onto the grid by one longer message.
    expect(checked.log.next()).toMatchObject({ durationMs: 130, paddingMs: 0 });
    expect(checked.log.next()).toMatchObject({ durationMs: 100, paddingMs: 0 });
  });

  test("says beforehand how long the next message can be", () => {
    const checked = new Checked({ encoding: "pcm_mulaw", sampleRate: 8000, frameMs: 100, capacityMs: 1000 });
    expect(checked.log.messageMs).toBe(100);
    checked.write(80);
    checked.cut();
    expect(checked.log.messageMs).toBe(90);
  });
});

describe("replay", () => {
  const mulaw = { encoding: "pcm_mulaw", sampleRate: 8000, frameMs: 50 } as const;

  test("reaches back exactly as far as the capacity, never further than what was released", () => {
    fc.assert(
      fc.property(
        setting,
        fc.array(size, { minLength: 1, maxLength: 8 }),
        fc.integer({ max: 4000, min: 0 }),
        (given, sizes, releasedMs) => {
          const checked = new Checked(given);
          for (const length of sizes) checked.write(length);
          checked.drain();
          checked.log.release(releasedMs);
          const sent = checked.sent;
          const bytes = (ms: number, round: (x: number) => number) =>
            round((ms * given.sampleRate) / 1000) * checked.sampleBytes;
          const whole = (position: number) => Math.ceil(position / checked.sampleBytes) * checked.sampleBytes;
          const byCapacity = Math.min(sent, whole(checked.written - bytes(given.capacityMs, Math.ceil)));
          const byRelease = Math.min(sent, bytes(releasedMs, Math.floor));
          checked.rewind(0);
          expect(checked.sent).toBe(Math.max(0, byCapacity, byRelease));
          checked.finish();
        },
      ),
      { numRuns: 150 },
    );
  });

  test("starts on a sample though an odd number of bytes was written", () => {
    const checked = new Checked({ encoding: "pcm_s16le", sampleRate: 8000, frameMs: 50, capacityMs: 100 });
    checked.write(5001);
    checked.rewind(0);
    expect(checked.sent % 2).toBe(0);
    checked.finish();
  });

  test("goes back, never forward: audio that was not sent is not skipped", () => {
    const checked = new Checked({ ...mulaw, capacityMs: 1000 });
    checked.write(1000);
    checked.drain();
    const { sent } = checked;
    checked.rewind(125);
    expect(checked.sent).toBe(sent);
    checked.finish();
  });

  test("keeps what was not sent, after any release", () => {
    const checked = new Checked({ ...mulaw, capacityMs: 1000 });
    checked.write(1000);
    checked.drain();
    checked.log.release(10_000);
    checked.finish();
  });

  test("keeps nothing without a capacity", () => {
    const checked = new Checked({ ...mulaw, capacityMs: 0 });
    checked.write(80_000);
    const { sent } = checked;
    checked.rewind(0);
    expect(checked.sent).toBe(sent);
  });
});

describe("memory", () => {
  const framed = { encoding: "pcm_s16le", sampleRate: 16_000, frameMs: 50 } as const;

  /** The blocks of memory that `frames` messages of 50 ms are views of; a turn ends with each second of audio, or none does. */
  function blocksOf(log: PcmReplayBuffer, frames: number, turns = false): Set<ArrayBufferLike> {
    const blocks = new Set<ArrayBufferLike>();
    for (let i = 1; i <= frames; i++) {
      log.append(source, 0);
      const message = log.next();
      if (message) blocks.add(message.bytes.buffer);
      if (turns && i % 20 === 0) log.release(i * 50);
    }
    return blocks;
  }

  test("messages on the grid are views of a few shared blocks, not copies", () => {
    const { log } = new Checked({ ...framed, capacityMs: 60_000 });
    expect(blocksOf(log, 64).size).toBe(4);
  });

  test("ten minutes of turns of a second use the same few blocks again", () => {
    const { log } = new Checked({ ...framed, capacityMs: 60_000 });
    // One second is 20 frames: two or three blocks of 16, and the one that the next message is written to.
    expect(blocksOf(log, 12_000, true).size).toBeLessThanOrEqual(4);
    expect(log.endMs).toBe(600_000);
  });

  test("what no final turn covers is never written over: the socket may hold it still", () => {
    const { log } = new Checked({ ...framed, capacityMs: 0 });
    expect(blocksOf(log, 640).size).toBe(40);
  });

  test("ten minutes through a log of one second leave little more than that second", async () => {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    const { log } = new Checked({ ...framed, capacityMs: 1000 });
    const blocks = [...blocksOf(log, 12_000)].map((block) => new WeakRef(block));
    expect(blocks.length).toBe(750);
    await new Promise((resolve) => setImmediate(resolve));
    if (typeof collect === "function") collect();
    const alive = blocks.filter((block) => block.deref()).length;
    expect(alive).toBeGreaterThan(0);
    expect(alive).toBeLessThanOrEqual(4);
  });

  test("the memory of a long turn is given back when the turn has ended, but for a few blocks", async () => {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    const { log } = new Checked({ ...framed, capacityMs: 60_000 });
    const blocks = [...blocksOf(log, 1200)].map((block) => new WeakRef(block));
    expect(blocks.length).toBe(75);
    log.release(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    if (typeof collect === "function") collect();
    expect(blocks.filter((block) => block.deref()).length).toBeLessThanOrEqual(8);
    expect(log.endMs).toBe(60_000);
  });
});
