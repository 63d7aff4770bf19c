import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";

/** Where tests are, and what their names begin with on the page. */
const folders = [
  { prefix: "", folder: new URL("../src/", import.meta.url) },
  { prefix: "", folder: new URL("./", import.meta.url) },
  { prefix: "core/", folder: new URL("../../core/src/", import.meta.url) },
  { prefix: "client/", folder: new URL("../../client/test/", import.meta.url) },
];
const page = readFileSync(new URL("../docs/protocol-coverage.md", import.meta.url), "utf8");

/** The rows of the page's tables, as cells. */
const rows = page
  .split("\n")
  .filter((line) => /^\| (?!rule |client |-)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, rule = "", shown = ""]) => ({ rule, shown }));

/** What the tests of each file are called. */
const titles = new Map(
  folders
    .flatMap(({ prefix, folder }) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => ({
        prefix,
        file: new URL(file, folder),
      })),
    )
    .filter(({ file }) => file.pathname.endsWith(".test.ts"))
    .map(({ prefix, file }) => [prefix + basename(file.pathname), titlesOf(readFileSync(file, "utf8"))]),
);

/** Every string that `test(` or the second bracket of `test.each(…)(` begins with. */
function titlesOf(text: string): string[] {
  return [...text.matchAll(/(?:\btest|\))\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, title = ""]) =>
    title.replaceAll('\\"', '"'),
  );
}

test("the page has a row for every section of the protocol", () => {
  expect(page.match(/^## \d+\./gm)).toHaveLength(9);
  expect(rows.length).toBeGreaterThan(60);
});

test.each(rows)("$rule: its tests exist, or the reason why there are none", ({ shown }) => {
  if (shown === "by hand" || shown.startsWith("no test: ")) return;
  let file = "";
  const named = [...shown.matchAll(/`([\w/.-]+\.test\.ts)`|“([^”]+)”/g)];
  expect(named.length).toBeGreaterThan(1);
  for (const [, name, title] of named) {
    if (name !== undefined) file = name;
    else expect(titles.get(file), `${file}: ${title}`).toContainEqual(expect.stringContaining(title ?? ""));
  }
});
