import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonError } from "./json-error.ts";

// What Python 3.11 says, which is what the service says.
test.each([
  ["{bad", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"],
  ["", "Expecting value: line 1 column 1 (char 0)"],
  ["no JSON", "Expecting value: line 1 column 1 (char 0)"],
  ['{"a":1,}', "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"],
  ['{"a"', "Expecting ':' delimiter: line 1 column 5 (char 4)"],
  ['{"a":1 "b"}', "Expecting ',' delimiter: line 1 column 8 (char 7)"],
  ["[1,", "Expecting value: line 1 column 4 (char 3)"],
  ['"abc', "Unterminated string starting at: line 1 column 1 (char 0)"],
  ['"a\nb"', "Invalid control character at: line 1 column 3 (char 2)"],
  ['"\\x"', "Invalid \\escape: line 1 column 2 (char 1)"],
  ['"\\u12"', "Invalid \\uXXXX escape: line 1 column 3 (char 2)"],
  ['{\n  "a": tru\n}', "Expecting value: line 2 column 8 (char 9)"],
  ["{}{}", "Extra data: line 1 column 3 (char 2)"],
])("%j is refused with the place and the reason", (text, reason) => {
  expect(jsonError(text)).toBe(reason);
});

test("JSON has no error, and everything else one, at a place within it, however deep", () => {
  fc.assert(fc.property(fc.json(), (text) => jsonError(text) === undefined));
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (text, at, junk) => {
      const place = at % (text.length + 1);
      const broken = text.slice(0, place) + junk + text.slice(place + 1);
      const error = jsonError(broken);
      const char = Number(/\(char (\d+)\)$/.exec(error ?? "")?.[1] ?? 0);
      expect(char).toBeLessThanOrEqual(broken.length);
      expect(error === undefined).toBe(isJson(broken));
    }),
  );
  expect(jsonError("[".repeat(100_000))).toBe("Expecting value: line 1 column 100001 (char 100000)");
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
