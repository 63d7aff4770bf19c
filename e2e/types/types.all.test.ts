import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cases } from "@voxpipe/testing";
import { beforeAll, describe, expect, inject, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { run } from "../run.ts";
import { publicPackages } from "../workspace.ts";
import { buildProjects } from "./build-projects.ts";
import { checkProjects } from "./check-projects.ts";
import { programs } from "./consumer-programs.ts";
import type { Checked, TypeProject } from "./type-project.ts";

/** The oldest that is promised, every one since, and the newest: as they are installed here. */
const compilers = Object.keys(manifest.devDependencies).filter((name) => name.startsWith("typescript-"));

const resolutions = [
  { moduleResolution: "bundler", module: "esnext" },
  { moduleResolution: "node16", module: "node16" },
  { moduleResolution: "nodenext", module: "nodenext" },
];

const everywhere = ["consumer.ts", "everywhere.ts"] as const;

/** As in a page, as on a server, and as in most projects, which have both; each with what can be used there. */
const libraries: readonly { library: string; lib: string[]; types: string[]; programs: (keyof typeof programs)[] }[] = [
  { library: "the DOM library", lib: ["es2022", "dom"], types: [], programs: [...everywhere, "page.ts"] },
  { library: "@types/node", lib: ["es2022"], types: ["node"], programs: [...everywhere, "server.ts"] },
  { library: "both", lib: ["es2022", "dom"], types: ["node"], programs: [...everywhere, "page.ts", "server.ts"] },
];

const shared = { strict: true, target: "es2022", skipLibCheck: false, skipDefaultLibCheck: true, noEmit: true };
const projects: readonly TypeProject[] = resolutions.flatMap((resolution) =>
  libraries.map(({ library, programs: used, ...environment }) => ({
    name: `${resolution.moduleResolution}, ${library}`,
    programs: used,
    options: { ...shared, ...resolution, ...environment },
  })),
);

beforeAll(async () => {
  // Not installed with the others: models, native code, or nothing that runs here. Types are all that is looked at.
  for (const name of [
    "@voxpipe/emulator",
    "@voxpipe/recognizer",
    "@voxpipe/relay",
    "@voxpipe/telephony",
    "@voxpipe/transcriber",
  ]) {
    const { filename } = inject("packed").find((packed) => packed.name === name) ?? {};
    if (filename === undefined) throw new Error(`${name} is not packed.`);
    const folder = join(inject("installed"), "types/node_modules", name);
    await mkdir(folder, { recursive: true });
    const declarations = ["--wildcards", "package/package.json", "package/dist/*.d.ts"];
    await run("tar", ["-xzf", filename, "-C", folder, "--strip-components=1", ...declarations], { cwd: folder });
  }
});

test("every package that has types is used", () => {
  const typed = publicPackages().filter(({ manifest }) => manifest.exports !== undefined);
  const written = Object.values(programs).join("");
  expect(
    typed.filter(({ manifest: { name } }) => !written.includes(`from "${name}"`)).map(({ folder }) => folder),
  ).toEqual([
    // Each is made of the types of one framework, in the version that it is for, and compiled with them here.
    "ai-sdk",
    // Everything of it comes from voxpipe.
    "core",
    "livekit",
    "otel",
    "react",
  ]);
});

test("TypeScript 5.4 to 7.0 are installed", () => {
  const versions = ["5.4", "5.5", "5.6", "5.7", "5.8", "5.9", "6.0", "7.0"];
  expect(compilers).toEqual(versions.map((version) => `typescript-${version}`));
});

/** Those between the oldest and today's differ in little: they are tried with `VOXPIPE_CASES=all`. */
const tried = ["5.4", "5.9", "6.0", "7.0"].map((version) => `typescript-${version}`);

describe.each(cases(tried, tried, compilers))("%s", (compiler) => {
  let results: ReadonlyMap<string, Checked>;

  beforeAll(async () => {
    const folder = join(inject("installed"), "types", compiler);
    await mkdir(folder, { recursive: true });
    for (const [file, program] of Object.entries(programs)) await writeFile(join(folder, file), program);
    await writeFile(join(folder, "wrong.ts"), 'import { connect } from "voxpipe"; connect({ smapleRate: 16_000 });');
    const wrong = projects.slice(0, 1).map(({ options }) => ({ name: "wrong", programs: ["wrong.ts"], options }));
    results = await check(compiler, folder, [...projects, ...wrong]);
  });

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
