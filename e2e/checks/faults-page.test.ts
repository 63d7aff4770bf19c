import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../workspace.ts";

const page = readFileSync(join(root, "docs/decisions/faults-of-version-0-1-0.md"), "utf8");

/** The rows of the page's tables, as cells. */
const rows = page
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, fault = "", , , tests = "", broken = ""]) => ({ fault, tests, broken }));

test("the page has a row for every fault of its four groups", () => {
  const numbers = new Set(rows.map(({ fault }) => fault.split(" ", 1)[0]));
  const expected = [11, 9, 7, 4].flatMap((count, group) =>
    Array.from({ length: count }, (_, i) => `${group + 2}.${i + 1}`),
  );
  expect([...numbers].toSorted()).toEqual(expected.toSorted());
});

test("every row says which test holds it, and how it was seen to fail", () => {
  const missing: string[] = [];
  let text = "";
  for (const { fault, tests, broken } of rows) {
    if (broken === "") missing.push(`${fault}: how it fails`);
    const named = [...tests.matchAll(/`([\w/.-]+)`|“([^”]+)”/g)];
    if (!named.some(([, , title]) => title)) missing.push(`${fault}: a test`);
    for (const [, file, title] of named) {
      if (file !== undefined) text = readFileSync(join(root, file.startsWith("e2e/") ? "" : "packages", file), "utf8");
      else if (!text.includes(title ?? "")) missing.push(`${fault}: ${title}`);
    }
  }
  expect(missing).toEqual([]);
});
