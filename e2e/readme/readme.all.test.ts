import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Consumer, createConsumer } from "../consumer.ts";
import { startEmulatorProcess } from "../emulator-process.ts";
import manifest from "../package.json" with { type: "json" };
import { run } from "../run.ts";
import { root } from "../workspace.ts";
import { codeBlocks } from "./code-blocks.ts";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const examples = codeBlocks(await readFile(join(root, "README.md"), "utf8"), "ts");
let consumer: Consumer;

beforeAll(async () => {
  // The recogniser's models, the command and frameworks of hundreds of megabytes are in no example.
  const left = ["recognizer", "cli", "ai-sdk", "livekit", "otel"].map((name) => `@voxpipe/${name}`);
  const packed = inject("packed").filter(({ name }) => !left.includes(name));
  consumer = await createConsumer(packed, { "@types/node": manifest.devDependencies["@types/node"] });
  const files = examples.map((code, index) => writeFile(join(consumer.folder, `example-${index + 1}.ts`), code));
  await Promise.all(files);
});
afterAll(() => consumer?.[Symbol.asyncDispose]());

test("the README has examples", () => {
  expect(examples.length).toBeGreaterThan(0);
});

const nodenext = { module: "nodenext", moduleResolution: "nodenext" };
const bundler = { module: "esnext", moduleResolution: "bundler" };

test.each([nodenext, bundler])(
  "every example type-checks under moduleResolution $moduleResolution",
  async (resolution) => {
    await compile({ ...resolution, noEmit: true });
  },
);

test("the first example transcribes a file", async () => {
  const { folder } = consumer;
  const { code } = await transform(examples[0] ?? "", { loader: "ts" });
  await writeFile(join(folder, "example-1.js"), code);
  await mkdir(join(folder, "audio"));
  await copyFile(join(root, "packages/recognizer/sample/sample.wav"), join(folder, "audio/sample.wav"));
  await using emulator = await startEmulatorProcess(consumer);

  const env = { PATH: process.env.PATH, ASSEMBLYAI_API_KEY: "a-key-of-nobody", ASSEMBLYAI_HOST: emulator.url };
  const printed = await run(process.execPath, ["example-1.js", "audio/sample.wav"], { cwd: folder, env });

  // The emulator without a recogniser counts the seconds in which it hears speech: the sample is 24 s long.
  const turns = printed.trim().split("\n");
  expect(turns.length).toBeGreaterThan(1);
  expect(turns[0]).toMatch(/three four five/);
  expect(turns.at(-1)).toMatch(/twenty-two/);
});

/** Runs the compiler over the examples, with the types of the installed packages and of nothing in the workspace. */
async function compile(options: Readonly<Record<string, unknown>>): Promise<void> {
  const compilerOptions = {
    strict: true,
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
    types: ["node"],
    ...options,
  };
  const files = examples.map((_, index) => `example-${index + 1}.ts`);
  await writeFile(join(consumer.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  await run(process.execPath, [tsc, "-p", "tsconfig.json", "--pretty", "false"], { cwd: consumer.folder });
}
