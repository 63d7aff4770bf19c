import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the recipe for vitest is the one that runs here", () => {
  const [, recipe] = /```ts\n(.*?)```/s.exec(read("../docs/testing-your-application.md")) ?? [];
  expect(recipe).toBe(read("recipe/test/transcript.test.ts"));
});
