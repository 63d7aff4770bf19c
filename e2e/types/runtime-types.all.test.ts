import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { run } from "../run.ts";
import { deno } from "../runtimes/runtimes.ts";
import { root } from "../workspace.ts";

const require = createRequire(import.meta.url);
const tokenExamples = join(root, "packages/token/test/examples");
const telephonyExamples = join(root, "packages/telephony/test/examples");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(inject("installed"), "runtime-types-"));
  for (const name of ["bun.ts", "deno.ts", "token.ts", "session.ts"])
    await cp(join(tokenExamples, name), join(folder, name));
  for (const name of ["bun.ts", "deno.ts", "hono-bun.ts"])
    await cp(join(telephonyExamples, name), join(folder, `telephony-${name}`));
  await cp(join(telephonyExamples, "transcribe.ts"), join(folder, "transcribe.ts"));
});

async function checkForBun(file: string): Promise<string> {
  const types = [dirname(require.resolve("bun-types/package.json"))];
  const shared = { strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true };
  const compilerOptions = { ...shared, target: "esnext", module: "preserve", lib: ["esnext"], types };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
  return run(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "."], { cwd: folder });
}

function checkForDeno(file: string): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const args = ["check", "--node-modules-dir=manual", "--no-lock", file];
  return run(deno(), args, { cwd: folder, env });
}

test.each([
  ["Bun", "bun.ts", checkForBun],
  ["Deno", "deno.ts", checkForDeno],
] as const)("the examples for %s are right by its own types", async (runtime, file, check) => {
  await check(file);
  await check(`telephony-${file}`);
  if (runtime === "Bun") await check("telephony-hono-bun.ts");
  const wrong = `wrong-${file}`;
  await writeFile(join(folder, wrong), 'import { token } from "./token.ts"; token("no request");');
  await expect(check(wrong)).rejects.toThrow(/TS2345/);
});
