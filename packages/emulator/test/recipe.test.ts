import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeCommand } from "../src/command/command-options.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the recipe for vitest is the one that runs here", () => {
  const [, recipe] = /```ts\n(.*?)```/s.exec(read("../docs/testing-your-application.md")) ?? [];
  expect(recipe).toBe(read("recipe/test/transcript.test.ts"));
});

const pages = ["../README.md", "../docs/testing-your-application.md"];

/** The shell commands of each page. */
const lines = pages.flatMap((page) =>
  [...read(page).matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = ""]) =>
    block.split("\n").map((line) => ({ page, line })),
  ),
);

const commands = lines.filter(({ line }) => /^(npx\b.*)?voxpipe-emulator /.test(line));

test("the pages call the command", () => {
  expect(new Set(commands.map(({ page }) => page))).toEqual(new Set(pages));
});

test.each(commands)("$page: $line: works where nothing is installed, and is understood", ({ line }) => {
  expect(line).toMatch(/^npx -y -p @voxpipe\/emulator voxpipe-emulator /);
  const args = line.replace(/^.*?voxpipe-emulator /, "").split(" ");
  describeCommand()
    .configureOutput({ writeErr() {} })
    .parse(args, { from: "user" });
});
