import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countWordErrors } from "./word-error-rate.ts";

describe("countWordErrors", () => {
  it.each([
    ["the same words", "And so, my fellow Americans!", "and so my fellow Americans", 0],
    ["a substituted word", "one two three", "one too three", 1],
    ["a missing word", "one two three", "one three", 1],
    ["an additional word", "one two three", "one two and three", 1],
    ["a shifted text", "one two three four", "two three four five", 2],
    ["silence", "one two", "", 2],
    ["words where there were none", "", "one two", 2],
  ])("counts %s", (_, reference, transcript, errors) => {
    expect(countWordErrors(reference, transcript).errors).toBe(errors);
  });

  it("counts the reference's words", () => {
    expect(countWordErrors("Don't stop — now.", "").words).toBe(3);
  });

  it("is symmetric, at least the difference in length and at most the longer text", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const { errors } = countWordErrors(one.join(" "), other.join(" "));
        expect(errors).toBe(countWordErrors(other.join(" "), one.join(" ")).errors);
        expect(errors).toBeGreaterThanOrEqual(Math.abs(one.length - other.length));
        expect(errors).toBeLessThanOrEqual(Math.max(one.length, other.length));
      }),
    );
  });
});
