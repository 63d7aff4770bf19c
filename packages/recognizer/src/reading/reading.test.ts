import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeReading, type ReadWord } from "./reading.ts";

const read = (...readings: string[]): ReadWord[] =>
  readings.reduce<ReadWord[]>((words, reading) => mergeReading(words, reading.split(" ")), []);
const finals = (words: readonly ReadWord[]) => words.filter((word) => word.final).map((word) => word.text);
const texts = (words: readonly ReadWord[]) => words.map((word) => word.text).join(" ");

test("nothing is final after one reading", () => {
  expect(finals(read("the morning train was late"))).toEqual([]);
});

test("words that two readings in a row agree on are final, but for the last two of the reading", () => {
  expect(finals(read("the morning train", "the morning train was late"))).toEqual(["the", "morning", "train"]);
  expect(finals(read("the morning train", "the morning train"))).toEqual(["the"]);
});

test("a disagreement ends what becomes final", () => {
  expect(finals(read("so we went away", "so we walked along the river"))).toEqual(["so", "we"]);
});

test("a final word keeps its text against later readings", () => {
  const words = read("fresh bread and honey", "fresh bread and honey from", "fleshed bread, and honey from the hill");
  expect(texts(words)).toBe("fresh bread and honey from the hill");
});

test("a final word that a later reading lacks stays, and nothing is said twice", () => {
  const words = read("how much is the honey", "how much is the honey and", "much is the honey and will it keep");
  expect(texts(words)).toBe("how much is the honey and will it keep");
});

test("votes count the readings that had the word and those that reached it", () => {
  const [first, second] = read("a farm", "a farmer", "a farmer");
  expect(first).toMatchObject({ agreed: 3, readings: 3 });
  expect(second).toMatchObject({ agreed: 2, readings: 3 });
});

test("for any readings, final words stay a prefix and keep their texts", () => {
  const reading = fc.array(fc.constantFrom("a", "b", "c", "A,", "d."), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 8 }), (readings) => {
      let words: ReadWord[] = [];
      for (const heard of readings) {
        const before = finals(words);
        words = mergeReading(words, heard);
        expect(words.slice(0, before.length).map((word) => word.text)).toEqual(before);
        const firstOpen = words.findIndex((word) => !word.final);
        if (firstOpen >= 0) expect(words.slice(firstOpen).every((word) => !word.final)).toBe(true);
      }
    }),
  );
});
