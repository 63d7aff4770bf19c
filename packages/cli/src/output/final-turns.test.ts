import { describe, expect, it } from "vitest";
import { FinalTurns } from "./final-turns.ts";
import { turn } from "./turn.fixture.ts";

const plain = turn({ transcript: "hello there", end_of_turn: true });
const formatted = turn({ transcript: "Hello there.", end_of_turn: true, turn_is_formatted: true });
const next = turn({ transcript: "and", turn_order: 1 });

describe("FinalTurns", () => {
  it("returns a formatted final at once", () => {
    expect(new FinalTurns(true).accept(formatted)).toEqual([formatted]);
  });

  it("returns only the formatted one of two finals", () => {
    const finals = new FinalTurns(true);
    expect([plain, formatted, formatted, next].flatMap((event) => finals.accept(event))).toEqual([formatted]);
    expect(finals.flush()).toEqual([]);
  });

  it("returns an unformatted final when the next turn begins, or at the end, if no other form came", () => {
    const finals = new FinalTurns(true);
    expect(finals.accept(plain)).toEqual([]);
    expect(finals.accept(next)).toEqual([plain]);
    const last = { ...plain, turn_order: 1 };
    expect(finals.accept(last)).toEqual([]);
    expect(finals.flush()).toEqual([last]);
    expect(finals.flush()).toEqual([]);
  });

  it("does not wait where no formatting was asked for, and takes no second form then", () => {
    const finals = new FinalTurns(false);
    expect(finals.accept(plain)).toEqual([plain]);
    expect(finals.accept(formatted)).toEqual([]);
  });

  it("leaves out empty turns, and what comes of a turn after its final form", () => {
    const finals = new FinalTurns(true);
    expect(finals.accept(turn({ transcript: "", end_of_turn: true, turn_is_formatted: true }))).toEqual([]);
    expect(finals.accept(formatted)).toEqual([]);
    expect(finals.printed(formatted)).toBe(true);
    expect(finals.printed(next)).toBe(false);
  });
});
