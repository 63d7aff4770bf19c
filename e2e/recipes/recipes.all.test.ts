import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { findProgram, needing } from "@voxpipe/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Consumer, createConsumer } from "../consumer.ts";
import manifest from "../package.json" with { type: "json" };
import { recipes } from "./recipes.ts";

const { resolve } = createRequire(import.meta.url);
const byTitle = new Map(recipes().map((recipe) => [recipe.title, recipe]));
let consumer: Consumer;

beforeAll(async () => {
  const needed = ["voxpipe", "@voxpipe/core", "@voxpipe/audio", "@voxpipe/token", "@voxpipe/emulator"];
  const { devDependencies } = manifest;
  consumer = await createConsumer(
    inject("packed").filter(({ name }) => needed.includes(name)),
    {
      "@playwright/test": devDependencies["playwright-core"],
      "@types/node": devDependencies["@types/node"],
      esbuild: devDependencies.esbuild,
      jest: "30.5.2",
      jsdom: "27.4.0",
      typescript: "6.0.3",
      vitest: "4.1.12",
    },
  );
});
afterAll(() => consumer?.[Symbol.asyncDispose]());

const [node20, node24] = [process.execPath, join(dirname(resolve("node-24/package.json")), "bin/node")];

test("every recipe of the page is run here", () => {
  expect([...byTitle.keys()]).toEqual([...recipesInNode.map(([title]) => title), "Playwright"]);
});

const recipesInNode = [
  ["node:test", node20, /# pass 1\n/, "module"],
  ["Vitest with jsdom", node20, /1 passed/, "module"],
  ["Jest, ES modules", node20, /1 passed/, "module"],
  ["Jest, CommonJS", node24, /2 passed/, "module"],
  ["TypeScript in a CommonJS project", node20, /# pass 1\n/, "commonjs"],
] as const;

test.each(recipesInNode)("%s: the recipe runs as it is printed", async (title, node, passed, type) => {
  expect(await follow(title, node, type)).toMatch(passed);
});

test("Jest, CommonJS, before Node 24.9: the recipe with import() runs", async () => {
  const output = await follow("Jest, CommonJS", node20, "module", (command) => `${command} older-node`);
  expect(output).toMatch(/1 passed/);
});

test("Playwright: the recipe runs as it is printed", needing("Chromium"), async () => {
  const executablePath = findProgram("Chromium");
  const config = { use: { launchOptions: { executablePath, args: ["--no-sandbox"] } } };
  const settings = { "playwright.config.js": `export default ${JSON.stringify(config)};` };
  expect(await follow("Playwright", node20, "module", (command) => command, settings)).toMatch(/1 passed/);
});

const execute = promisify(execFile);

/** Writes the files of a recipe, runs its command in a shell, and returns all that it printed. */
async function follow(
  title: string,
  node: string,
  type: "module" | "commonjs",
  edit = (command: string) => command,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const recipe = byTitle.get(title);
  if (!recipe) expect.unreachable(`The page has no recipe "${title}".`);
  const folder = join(consumer.folder, `${title.replaceAll(/\W+/g, "-")}-${dirname(node).length}`);
  await mkdir(folder, { recursive: true });
  const files = { ...recipe.files, ...more, "package.json": JSON.stringify({ private: true, type }) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const path = [dirname(node), join(consumer.folder, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { PATH: path, HOME: process.env.HOME, CI: "true", NO_COLOR: "1" };
  const { stdout, stderr } = await execute("sh", ["-c", edit(recipe.command)], {
    cwd: folder,
    env,
    timeout: 200_000,
  }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${title}:\n${error.message}\n${error.stdout}\n${error.stderr}`);
  });
  return stdout + stderr;
}
