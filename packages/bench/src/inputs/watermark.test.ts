import { expect, test } from "vitest";
import { markedFrame, WatermarkReader } from "./watermark.ts";

test("audio that came whole is not lost, however it was cut into messages", () => {
  const reader = new WatermarkReader();
  const take = reader.connection();
  const audio = Buffer.concat([markedFrame(0), markedFrame(1), markedFrame(2)]);
  for (let at = 0; at < audio.length; at += 334) take(audio.subarray(at, at + 334));
  expect(reader.lost(3)).toBe(0);
});

test("a frame counts as lost when any of its blocks never came", () => {
  const reader = new WatermarkReader();
  const take = reader.connection();
  take(markedFrame(0));
  take(markedFrame(1).subarray(0, 1280));
  take(markedFrame(3));
  expect(reader.lost(5)).toBe(3);
});

test("a later connection fills what an earlier one lost", () => {
  const reader = new WatermarkReader();
  reader.connection()(markedFrame(0).subarray(0, 640));
  reader.connection()(markedFrame(0).subarray(640));
  expect(reader.lost(1)).toBe(0);
});

test("two halves of a block on two connections are not a whole block", () => {
  const reader = new WatermarkReader();
  reader.connection()(markedFrame(0).subarray(0, 160));
  reader.connection()(markedFrame(0).subarray(160));
  expect(reader.lost(1)).toBe(1);
});
