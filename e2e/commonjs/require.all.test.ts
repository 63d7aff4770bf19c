import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeBlocks } from "../readme/code-blocks.ts";
import { root } from "../workspace.ts";
import { type CommonJsProject, createCommonJsProject } from "./project.ts";

const execute = promisify(execFile);
let project: CommonJsProject;

beforeAll(async () => {
  project = await createCommonJsProject();
});
afterAll(() => project?.[Symbol.asyncDispose]());

test("require() loads every package for servers, and warns of nothing", async () => {
  const program = `const { connect, StreamingClient, tokenFrom } = require("voxpipe");
const { connect: other } = require("voxpipe/ponyfill");
const { createTokenHandler } = require("@voxpipe/token");
const { wavToPcm16 } = require("@voxpipe/audio");
const session = connect({ apiKey: "a-key", apiHost: "ws://127.0.0.1:9", sampleRate: 16_000 });
session.abort();
console.log([StreamingClient, tokenFrom, other, createTokenHandler, wavToPcm16].map((each) => typeof each).join(" "), session.state);`;
  await writeFile(join(project.folder, "index.cjs"), program);
  const { stdout, stderr } = await execute(process.execPath, ["index.cjs"], { cwd: project.folder });
  expect({ stdout, stderr }).toEqual({ stdout: `${Array(5).fill("function").join(" ")} closed\n`, stderr: "" });
});

test("a CommonJS project in TypeScript compiles with the README's settings, and what was compiled runs", async () => {
  const { folder } = project;
  const readme = await readFile(join(root, "packages/client/README.md"), "utf8");
  const [shown = ""] = codeBlocks(readme, "json").filter((block) => block.includes('"module"'));
  await project.compile("typescript", { ...JSON.parse(shown).compilerOptions, outDir: "built" });
  const { stdout } = await execute(process.execPath, ["built/index.js"], { cwd: folder });
  expect(await readFile(join(folder, "built/index.js"), "utf8")).toContain('require("voxpipe")');
  expect(stdout).toBe("function function function function\n");
}, 120_000);
