import { expect, test } from "vitest";
import { findWords } from "./plain-words.ts";

const wordsIn = (path: string, text: string) => findWords(path, text).map(({ line, words }) => [line, words]);

test("words to avoid are found in comments, docstrings, messages and names of tests, with their line", () => {
  const program = [
    "/** Tells what happened. */",
    "const a = 1; // begins anew",
    'throw new Error("No token could be had.");',
    'test("works, whatever the input", () => {});',
    "  * The session goes on.",
  ].join("\n");
  expect(wordsIn("a.ts", program)).toEqual([
    [1, "Tells"],
    [2, "anew"],
    [3, "be had"],
    [4, "whatever"],
    [5, "goes on"],
  ]);
});

test("code, inline code and ordinary words are not found", () => {
  const program = ["const told = tell(whatever);", "/** Calls `tell`, and continues. */", 'import "./stands.ts";'].join(
    "\n",
  );
  expect(wordsIn("a.ts", program)).toEqual([]);
  expect(wordsIn("a.md", "`voxpipe tell` continues; as many as needed.")).toEqual([]);
});

test("every line of a page counts", () => {
  expect(wordsIn("a.md", "# Title\n\nWhoever reads this\n")).toEqual([[3, "Whoever"]]);
});
