import { describe, expect, it } from "vitest";
import { turn } from "../output/turn.fixture.ts";
import { DemoFigures } from "./figures.ts";

function session(state: "open" | "closing", endOfTurnLatencyMs?: number) {
  const none = {
    audioSentMs: 0,
    audioBufferedMs: 0,
    audioReplayedMs: 0,
    audioLostMs: 0,
    reconnects: 0,
    eventsDropped: 0,
  };
  return { state, stats: () => ({ ...none, firstPartialLatencyMs: undefined, endOfTurnLatencyMs }) };
}

const final = { end_of_turn: true, turn_is_formatted: true };

describe("DemoFigures", () => {
  it("reports the session's figures", () => {
    const figures = new DemoFigures();
    figures.watch(turn({ transcript: "one" }), session("open"));
    figures.watch(turn({ transcript: "one two" }), session("open"));
    figures.watch(turn({ transcript: "One two.", ...final }), session("open", 400));
    figures.watch(turn({ transcript: "tree", turn_order: 1 }), session("closing"));
    figures.watch(turn({ transcript: "Tree.", turn_order: 1, ...final }), session("closing", 800));
    const end = { type: "Termination", audio_duration_seconds: 4, session_duration_seconds: 5 } as const;
    figures.watch(end, session("closing"));
    expect(figures.lines("one two three", 4.56)).toEqual([
      "4.0 s of audio in 4.6 s, recognised on this machine",
      "33.3 % word error rate (1 of 3 words)",
      "3 partials, 2 of them while audio was still being sent",
      "0.60 s from the end of speech to the final turn (median of 2; longest 0.80 s)",
    ]);
  });

  it("claims no word error rate where nobody knows what was said, and no latency where there was no turn", () => {
    expect(new DemoFigures().lines(undefined, 1)).toHaveLength(2);
  });
});
