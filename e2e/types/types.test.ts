import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { run } from "../run.ts";
import { program } from "./consumer-program.ts";

const compilers = ["5.4", "5.9", "6.0", "7.0"];

/** Each resolution once; with the DOM library as in a page, or without it, on `@types/node` alone. */
const projects = [
  { moduleResolution: "bundler", module: "esnext", library: "the DOM library", lib: ["es2022", "dom"], types: [] },
  { moduleResolution: "node16", module: "node16", library: "@types/node", lib: ["es2022"], types: ["node"] },
  { moduleResolution: "nodenext", module: "nodenext", library: "@types/node", lib: ["es2022"], types: ["node"] },
];

describe.each(compilers)("TypeScript %s", (compiler) => {
  test.each(projects)(
    "moduleResolution $moduleResolution, $library",
    async ({ library: _, ...options }) => {
      expect(await compile(compiler, options)).toBe("");
    },
    120_000,
  );
});

/** What the compiler has to say: nothing where all is well. The published declarations are checked too. */
async function compile(compiler: string, options: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = join(inject("installed"), "types", `${compiler}-${options.moduleResolution}`);
  await mkdir(folder, { recursive: true });
  const compilerOptions = { strict: true, target: "es2022", skipLibCheck: false, noEmit: true, ...options };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await writeFile(join(folder, "consumer.ts"), program);
  const manifest = createRequire(import.meta.url).resolve(`typescript-${compiler}/package.json`);
  return (await run(process.execPath, [join(dirname(manifest), "bin/tsc"), "-p", "."], { cwd: folder })).trim();
}
