import { decodeMono, encodePcm16, mulawFromPcm16, pcm16FromMulaw } from "@voxpipe/audio";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dialogue } from "../src/voices/dialogue.fixture.ts";
import { collect, emulate, finals, writeAll } from "./call.ts";

const talk = dialogue({ seed: 11, words: 40, overlap: 0.25, crosstalk: -20 });
const audio = new Map(
  talk.channels.map((name, index) => [name, encodePcm16(talk.audio[index] ?? new Float32Array(0))]),
);
const pcmOf = (name: string) => audio.get(name) ?? new Uint8Array(0);

/** Half of each channel, sample by sample. */
function summed(channels: readonly Uint8Array[]): Uint8Array {
  const samples = channels.map((bytes) => decodeMono(bytes, "s16le"));
  const length = Math.max(...samples.map((channel) => channel.length));
  const sum = Float32Array.from({ length }, (_, at) =>
    samples.reduce((total, channel) => total + (channel[at] ?? 0) / samples.length, 0),
  );
  return encodePcm16(sum);
}

describe.each(["exact", "live"] as const)("mixed, with %s times at the edges of turns", (edges) => {
  test("one session, whose words go to the channels that said them", async () => {
    await using setup = await emulate(talk.words, { edges });
    const call = setup.call(talk.channels, { mode: "mixed" });
    for (const name of talk.channels) void writeAll(call.audio[name] ?? new WritableStream(), pcmOf(name));
    const turns = finals(await collect(call.events));
    const words = turns.flatMap((turn) => turn.words);
    expect(words.map(({ text }) => text.toLowerCase().replace(".", ""))).toEqual(
      talk.words.map(({ text }) => text.replace(".", "")),
    );
    const right = words.filter(({ channel }, index) => channel === talk.words[index]?.channel);
    expect(right.length / words.length).toBeGreaterThanOrEqual(0.95);
    expect(words.some(({ overlap }) => overlap === true)).toBe(true);
    for (const { channel_confidence } of words) expect(channel_confidence).toBeGreaterThan(0.3);
    for (const turn of turns) expect(turn.words.map(({ channel }) => channel)).toContain(turn.channel);
    expect(setup.emulator.sessions).toHaveLength(1);
    const summary = await call.closed;
    expect(summary.channels.agent).toEqual(summary.channels.caller);
  });
});

test("the sum is aligned to the sample and never clips, however the channels are written", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(sizes, sizes, fc.integer({ min: 0, max: 16_000 }), async (first, second, shorter) => {
      await using setup = await emulate([]);
      const call = setup.call(["a", "b"], { mode: "mixed", maxSkew: Number.POSITIVE_INFINITY });
      const loud = encodePcm16(Float32Array.from({ length: 16_000 }, (_, at) => Math.sin(at / 7)));
      const other = encodePcm16(Float32Array.from({ length: shorter }, (_, at) => Math.sin(at / 7 + 1)));
      const write = async (stream: WritableStream<Uint8Array>, bytes: Uint8Array, cuts: readonly number[]) => {
        const writer = stream.getWriter();
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          await writer.ready;
          void writer.write(bytes.subarray(at, at + size)).catch(() => {});
          at += size;
        }
        await writer.close();
      };
      const events = collect(call.events);
      await Promise.all([write(call.audio.a, loud, first), write(call.audio.b, other, second)]);
      await events;
      const [session] = setup.emulator.sessions;
      const heard = session?.recordedAudio() ?? new Uint8Array(0);
      const wanted = summed([loud, other]);
      expect(Buffer.from(heard.subarray(0, wanted.length)).equals(wanted)).toBe(true);
      expect(heard.subarray(wanted.length).every((byte) => byte === 0)).toBe(true);
    }),
    { numRuns: 8 },
  );
});

test("mu-law channels are decoded, and mixed as 16-bit samples", async () => {
  await using setup = await emulate([]);
  const call = setup.call(["a", "b"], { mode: "mixed", encoding: "pcm_mulaw", sampleRate: 8_000 });
  const tone = encodePcm16(Float32Array.from({ length: 8_000 }, (_, at) => 0.5 * Math.sin(at / 5)));
  const bytes = mulawFromPcm16(tone);
  const events = collect(call.events);
  await Promise.all([writeAll(call.audio.a, bytes), writeAll(call.audio.b, bytes)]);
  await events;
  const [session] = setup.emulator.sessions;
  expect(session?.parameters).toMatchObject({ encoding: "pcm_s16le", sample_rate: 8_000 });
  expect(Buffer.from(session?.recordedAudio() ?? []).equals(pcm16FromMulaw(bytes))).toBe(true);
});

test("a channel that stops is silence to the mix after maxSkew, and the session continues", async () => {
  await using setup = await emulate([]);
  const call = setup.call(["a", "b"], { mode: "mixed", maxSkew: 100 });
  const events = collect(call.events);
  const silent = call.audio.b.getWriter();
  await writeAll(call.audio.a, new Uint8Array(64_000).fill(32));
  await silent.close();
  const all = await events;
  expect(all.filter(({ type }) => type === "ChannelStalled")).toEqual([
    { type: "ChannelStalled", channel: "b", start_ms: 0 },
  ]);
  expect(setup.emulator.sessions[0]?.recordedAudio()).toHaveLength(64_000);
});

test("close sends what waits for the other channel, and every promise settles", async () => {
  await using setup = await emulate([]);
  const call = setup.call(["a", "b"], { mode: "mixed", maxSkew: 60_000 });
  const events = collect(call.events);
  const writer = call.audio.a.getWriter();
  await writer.write(new Uint8Array(32_000).fill(32));
  await call.close();
  await events;
  expect(setup.emulator.sessions[0]?.recordedAudio()).toHaveLength(32_000);
  await expect(writer.write(new Uint8Array(2))).rejects.toMatchObject({ code: "session-ended" });
  await expect(call.opened).resolves.toBeDefined();
});

test("the failure of the one session fails the call", async () => {
  await using setup = await emulate([], { faults: [{ when: "begin", do: { error: 1_008 } }] });
  const call = setup.call(["a", "b"], { mode: "mixed" });
  await expect(collect(call.events)).rejects.toMatchObject({ code: "unauthorized" });
  await expect(call.closed).rejects.toMatchObject({ code: "unauthorized" });
  await expect(call.audio.a.getWriter().write(new Uint8Array(2))).rejects.toMatchObject({ code: "unauthorized" });
});
