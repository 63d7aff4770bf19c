import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../workspace.ts";

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
