import { expect, test } from "vitest";
import type { TurnEvent } from "voxpipe";
import { clockTime, Transcript } from "./transcript.ts";

function turn(turn_order: number, transcript: string, start: number, end: number): TurnEvent {
  const word = { text: transcript, start, end, confidence: 1, word_is_final: true };
  return {
    type: "Turn",
    turn_order,
    transcript,
    words: [word],
    end_of_turn: true,
    turn_is_formatted: true,
    end_of_turn_confidence: 1,
    utterance: transcript,
  };
}

test("recordings follow one another in time, and a formatted final takes the place of the one before", () => {
  const transcript = new Transcript();
  transcript.beginRecording();
  transcript.add(turn(0, "good morning", 500, 1200));
  transcript.add(turn(0, "Good morning.", 500, 1250));
  transcript.add(turn(1, "", 0, 0));
  transcript.beginRecording();
  transcript.add(turn(0, "Again.", 100, 400));
  expect(transcript.lines).toEqual([
    { start: 500, end: 1250, text: "Good morning." },
    { start: 1350, end: 1650, text: "Again." },
  ]);
  expect(transcript.toText()).toBe("Good morning.\nAgain.\n");
});

test("WebVTT has full timestamps and no markup of the speaker's", () => {
  const transcript = new Transcript();
  transcript.add(turn(0, "a < b & c", 3_725_250, 3_726_000));
  expect(transcript.toWebVtt()).toBe("WEBVTT\n\n01:02:05.250 --> 01:02:06.000\na &lt; b &amp; c\n");
});

test("times are minutes and seconds", () => {
  expect([0, 9_999, 65_000].map(clockTime)).toEqual(["0:00", "0:09", "1:05"]);
});
