import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { run } from "../run.ts";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Type-checks examples with the packages that are installed in a folder, as a program for Node would. */
export async function compileExamples(folder: string, examples: readonly string[]): Promise<void> {
  const files = examples.map((_, index) => `checked-${index + 1}.ts`);
  await Promise.all(files.map((file, index) => writeFile(join(folder, file), examples[index] ?? "")));
  const compilerOptions = {
    strict: true,
    target: "es2022",
    module: "nodenext",
    lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
    types: ["node"],
    noEmit: true,
    // Other packages' declarations are not ours to check.
    skipLibCheck: true,
  };
  await writeFile(join(folder, "tsconfig.examples.json"), JSON.stringify({ compilerOptions, files }));
  await run(process.execPath, [tsc, "-p", "tsconfig.examples.json", "--pretty", "false"], { cwd: folder });
}
