import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../run.ts";
import type { Checked, TypeProject } from "./type-project.ts";

/** Type-checks projects in one process of a compiler's command. */
export async function buildProjects(
  tsc: string,
  folder: string,
  projects: readonly TypeProject[],
): Promise<ReadonlyMap<string, Checked>> {
  const folders = projects.map((_, index) => `project-${index}`);
  for (const [index, { programs, options }] of projects.entries()) {
    await mkdir(join(folder, `project-${index}`), { recursive: true });
    const tsconfig = JSON.stringify({ compilerOptions: options, files: programs.map((file) => `../${file}`) });
    await writeFile(join(folder, `project-${index}/tsconfig.json`), tsconfig);
  }
  const args = [tsc, "--build", "--verbose", "--pretty", "false", ...folders];
  // A project with errors makes the whole run fail: what was said of each counts, not the exit code.
  const output = await run(process.execPath, args, { cwd: folder }).catch((error: Error) => error.message);
  return new Map(
    projects.map(({ name }, index): [string, Checked] => {
      const from = new RegExp(`Building project '[^']*project-${index}/tsconfig.json'`).exec(output);
      if (from === null) return [name, { checked: false, said: output }];
      const rest = output.slice(from.index + from[0].length).replace(/^\.*\n/, "");
      return [name, { checked: true, said: untilNext(rest) }];
    }),
  );
}

/** Up to the next line about another project. */
function untilNext(output: string): string {
  const lines = output.split("\n");
  const next = lines.findIndex((line) => /\bProject '|\bBuilding project '/.test(line));
  return lines
    .slice(0, next === -1 ? lines.length : next)
    .join("\n")
    .trim();
}
