import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutLoops } from "./without-loops.ts";

const through = (text: string) => withoutLoops(text.split(" ")).join(" ");

test("keeps what people repeat on purpose", () => {
  expect(through("no no no no way")).toBe("no no no no way");
  expect(through("row row row your boat row row row your boat")).toBe("row row row your boat row row row your boat");
});

test("keeps a loop of one word once", () => {
  expect(through(`well ${"the ".repeat(30)}end`)).toBe("well the end");
});

test("keeps a looping phrase once, ignoring case and punctuation", () => {
  expect(through("And I said, I'm here. I'm here, I'm here I'm here. I'm here.")).toBe("And I said, I'm here.");
});

test("never adds, reorders or empties words", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom<string>("a", "b", "c", "d"), { minLength: 1, maxLength: 60 }), (words) => {
      const kept: string[] = withoutLoops(words);
      expect(kept.length).toBeGreaterThan(0);
      let from = 0;
      for (const word of kept) {
        from = words.indexOf(word, from) + 1;
        expect(from).toBeGreaterThan(0);
      }
    }),
  );
});
