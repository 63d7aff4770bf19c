import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { buildProjects } from "./build-projects.ts";
import { checkProjects } from "./check-projects.ts";
import { program } from "./consumer-program.ts";
import type { Checked, TypeProject } from "./type-project.ts";

/** The oldest that is promised, every one since, and the newest: as they are installed here. */
const compilers = Object.keys(manifest.devDependencies).filter((name) => name.startsWith("typescript-"));

const resolutions = [
  { moduleResolution: "bundler", module: "esnext" },
  { moduleResolution: "node16", module: "node16" },
  { moduleResolution: "nodenext", module: "nodenext" },
];

/** As in a page, as on a server, and as in most projects, which have both. */
const libraries = [
  { library: "the DOM library", lib: ["es2022", "dom"], types: [] },
  { library: "@types/node", lib: ["es2022"], types: ["node"] },
  { library: "both", lib: ["es2022", "dom"], types: ["node"] },
];

const shared = { strict: true, target: "es2022", skipLibCheck: false, skipDefaultLibCheck: true, noEmit: true };
const projects: readonly TypeProject[] = resolutions.flatMap((resolution) =>
  libraries.map(({ library, ...environment }) => ({
    name: `${resolution.moduleResolution}, ${library}`,
    file: "consumer.ts",
    options: { ...shared, ...resolution, ...environment },
  })),
);

test("TypeScript 5.4 to 7.0 are installed", () => {
  const versions = ["5.4", "5.5", "5.6", "5.7", "5.8", "5.9", "6.0", "7.0"];
  expect(compilers).toEqual(versions.map((version) => `typescript-${version}`));
});

describe.each(compilers)("%s", (compiler) => {
  let results: ReadonlyMap<string, Checked>;

  beforeAll(async () => {
    const folder = join(inject("installed"), "types", compiler);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "consumer.ts"), program);
    await writeFile(join(folder, "wrong.ts"), 'import { connect } from "voxpipe"; connect({ smapleRate: 16_000 });');
    const wrong = projects.slice(0, 1).map(({ options }) => ({ name: "wrong", file: "wrong.ts", options }));
    results = await check(compiler, folder, [...projects, ...wrong]);
  }, 120_000);

  test.each(projects)("moduleResolution $name", ({ name }) => {
    expect(results.get(name)).toEqual({ checked: true, said: "" });
  });

  test("finds what is wrong", () => {
    expect(results.get("wrong")?.said).toMatch(/wrong\.ts.*TS2561.*smapleRate/s);
  });
});

/** TypeScript 7 has no API of this kind; its command is quick enough. */
function check(compiler: string, folder: string, all: readonly TypeProject[]) {
  const require = createRequire(import.meta.url);
  if (!compiler.endsWith("-7.0")) return checkProjects(require(compiler), folder, all);
  return buildProjects(join(dirname(require.resolve(`${compiler}/package.json`)), "bin/tsc"), folder, all);
}
