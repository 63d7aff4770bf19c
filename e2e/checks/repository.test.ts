import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../workspace.ts";
import { findWords } from "./plain-words.ts";

const tracked = git("ls-files", "-z").split("\0").filter(Boolean);

test("no file names a folder of somebody's machine", () => {
  // Put together here, so that this file does not match itself.
  const homes = ["root", "work", "Users", "home"].map((folder) => `(^|[^[:alnum:]._~/-])/${folder}/[[:alnum:]]`);
  expect(search(homes.join("|"))).toEqual([]);
});

test("no file names a package registry's host", () => {
  expect(search("//([[:alnum:]-]+[.])*(registry|npm|mirrors?)[.][[:alnum:].-]+")).toEqual([]);
});

test("the lock file has no address in it", () => {
  expect(readFileSync(join(root, "pnpm-lock.yaml"), "utf8")).not.toMatch(/https?:\/\/|tarball:/);
});

test("what is built is not committed", () => {
  expect(tracked.filter((path) => /(^|\/)(node_modules|dist)\/|\.tgz$|\.onnx$/.test(path))).toEqual([]);
});

test("every relative link of a Markdown file leads somewhere", () => {
  const broken = tracked
    .filter((path) => path.endsWith(".md") && existsSync(join(root, path)))
    .flatMap((path) => {
      const links = readFileSync(join(root, path), "utf8").matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g);
      return [...links].map(([, target = ""]) => ({ path, target }));
    })
    .filter(({ path, target }) => !existsSync(join(root, path, "..", target)));
  expect(broken).toEqual([]);
});

/** Files whose subject is these words, or whose words are not ours. */
const exempt = [
  "e2e/checks/plain-words.ts",
  "e2e/checks/plain-words.test.ts",
  // Reports of API Extractor: they repeat the docstrings.
  /^e2e\/api\//,
  // Read when they are published.
  /^\.changeset\//,
];

/** Folders that are not in plain English yet. To be emptied: what it lists, the test does not see. */
const notYet: readonly RegExp[] = [/^packages\/demo\//];

test("comments, messages, names of tests and pages are in plain English: plain-words.ts lists words to avoid", () => {
  const skipped = [...exempt, ...notYet];
  const found = tracked
    .filter((path) => /\.(ts|tsx|mjs|js|md|html)$/.test(path) && existsSync(join(root, path)))
    .filter((path) => !skipped.some((skip) => (typeof skip === "string" ? skip === path : skip.test(path))))
    .flatMap((path) =>
      findWords(path, readFileSync(join(root, path), "utf8")).map(
        ({ line, words, instead, text }) => `${path}:${line}: "${words}" (write: ${instead}) in: ${text}`,
      ),
    );
  expect(found).toEqual([]);
});

/** The lines of text files under version control that match an extended regular expression. */
function search(pattern: string): string[] {
  try {
    return git("grep", "-nIE", pattern).split("\n").filter(Boolean);
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 1) return [];
    throw error;
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
}
