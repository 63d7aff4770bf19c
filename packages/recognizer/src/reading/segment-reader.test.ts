import { expect, test } from "vitest";
import { samplesIn } from "../audio/audio-format.ts";
import { readSegment } from "./segment-reader.ts";

const segment = (voicedMs: number) => ({
  samples: new Float32Array(samplesIn(500 + voicedMs + 200)).fill(0.5),
  voiceStart: samplesIn(500),
  voiced: samplesIn(voicedMs),
});
const context = { samples: new Float32Array(samplesIn(2_000)), words: ["And", "so", "my", "fellow", "Americans."] };
/** Decodes what is as long as the context and more to `whole`, and the rest to `alone`. */
const answering = (whole: string, alone: string) => (samples: Float32Array) =>
  samples.length > context.samples.length ? whole : alone;

test("an empty reading is tried again with less silence before the voice", () => {
  const lengths: number[] = [];
  const words = readSegment((samples) => {
    lengths.push(samples.length);
    return lengths.length < 3 ? "" : "Ask not.";
  }, segment(1_000));
  expect(words).toEqual(["Ask", "not."]);
  expect(lengths).toEqual([1_700, 1_400, 1_200].map(samplesIn));
});

test("an empty reading of very little voice is accepted", () => {
  const decoded: Float32Array[] = [];
  const decode = (samples: Float32Array) => {
    decoded.push(samples);
    return "";
  };
  expect(readSegment(decode, segment(200))).toEqual([]);
  expect(decoded).toHaveLength(1);
});

test("a short segment is read with what came before, and gives only its own words", () => {
  const decode = answering("And so, my fellow Americans, ask not", "As not.");
  expect(readSegment(decode, segment(1_000), context)).toEqual(["Ask", "not"]);
});

test("where the context is not found again, the segment is read alone", () => {
  const decode = answering("Ask not what", "Ask not.");
  expect(readSegment(decode, segment(1_000), context)).toEqual(["Ask", "not."]);
});

test("a long segment needs no context", () => {
  const decode = () => "What your country can do for you";
  expect(readSegment(decode, segment(3_000), context)).toHaveLength(7);
});

test("more words than anyone can say in the time are cut off, and loops are kept once", () => {
  expect(readSegment(() => "a b c d e f g h i j k l m n o p".repeat(4), segment(500)).length).toBeLessThanOrEqual(8);
  expect(readSegment(() => "the ".repeat(50), segment(2_000))).toEqual(["the"]);
});

test("no audio gives no words and is not decoded", () => {
  const none = { samples: new Float32Array(0), voiceStart: 0, voiced: 0 };
  expect(readSegment(() => "Thank you.", none)).toEqual([]);
});
