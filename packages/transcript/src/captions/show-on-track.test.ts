import { afterEach, beforeEach, expect, expectTypeOf, it, vi } from "vitest";
import { type CaptionTrack, showOnTrack, type TrackCue } from "./show-on-track.ts";
import type { CaptionUpdate } from "./shown-turn.ts";

/** As a browser's: times in seconds, text as WebVTT. */
class FakeCue implements TrackCue {
  id = "";
  startTime: number;
  endTime: number;
  text: string;
  constructor(startTime: number, endTime: number, text: string) {
    this.startTime = startTime;
    this.endTime = endTime;
    this.text = text;
  }
}

beforeEach(() => vi.stubGlobal("VTTCue", FakeCue));
afterEach(() => vi.unstubAllGlobals());

function trackOf(...updates: Partial<CaptionUpdate>[]) {
  const cues: TrackCue[] = [];
  const track = {
    addCue: (cue: TrackCue) => void cues.push(cue),
    removeCue: (cue: TrackCue) => void cues.splice(cues.indexOf(cue), 1),
  };
  const stream = new ReadableStream<CaptionUpdate>({
    start(controller) {
      for (const { text = "", ...update } of updates)
        controller.enqueue({ id: "0.0", text, stableText: text, start: 0, end: 1000, isFinal: false, ...update });
      controller.close();
    },
  });
  return { cues, track, stream };
}

it("adds a cue, changes it and removes it", async () => {
  const { cues, track, stream } = trackOf(
    { id: "0.0", text: "Hel" },
    { id: "0.0", text: "Hello", start: 500, end: 2000 },
    { id: "0.1", text: "um" },
    { id: "0.1", text: "" },
    { id: "9.9", text: "" },
  );
  await showOnTrack(stream, track, { offset: 10 });
  expect(cues).toMatchObject([{ id: "0.0", startTime: 10.5, endTime: 12, text: "Hello" }]);
});

it("escapes what the service sends, marks provisional words and names voices", async () => {
  const { cues, track, stream } = trackOf({ text: "a < b & c", stableText: "a < b", speaker: "A>B" });
  await showOnTrack(stream, track);
  expect(cues).toMatchObject([{ text: "<v A›B>a &lt; b<c.provisional> &amp; c</c></v>" }]);
});

it("takes a browser's own track", () => {
  expectTypeOf<TextTrack>().toExtend<CaptionTrack>();
});

it("rejects with the error that ended the captions", async () => {
  const stream = new ReadableStream<CaptionUpdate>({ start: (controller) => controller.error(new Error("lost")) });
  await expect(showOnTrack(stream, trackOf().track)).rejects.toThrow("lost");
});
