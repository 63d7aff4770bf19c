import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

const src = new URL("../src/", import.meta.url);
const { mutations }: { mutations: readonly (readonly [string, string, string, string])[] } = await import(
  new URL("../scripts/mutations.mjs", import.meta.url).href
);

describe("the mistakes with which the model of the session is tried", () => {
  test.each(mutations)("%s: can be made in %s", async (_name, file, from, to) => {
    const code = await readFile(new URL(file, src), "utf8");
    expect(code.split(from).length - 1, from).toBe(1);
    expect(to).not.toBe(from);
  });
});
