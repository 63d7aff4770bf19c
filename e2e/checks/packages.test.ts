import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { run } from "../run.ts";
import { exportedFiles, type Manifest, publicPackages, readManifest, root } from "../workspace.ts";

const require = createRequire(import.meta.url);
const attw = join(dirname(require.resolve("@arethetypeswrong/cli/package.json")), "dist/index.js");

test("every package is of one repository", () => {
  expect(new Set(publicPackages().map(({ manifest }) => manifest.repository?.url)).size).toBe(1);
});

test("every public package is packed", () => {
  const names = publicPackages().map(({ manifest }) => manifest.name);
  expect(inject("packed").map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  expect(names.length).toBeGreaterThan(0);
});

describe.each(inject("packed"))("$name", ({ name, filename, files }) => {
  const paths = files.map(({ path }) => path);
  let folder: string;
  let manifest: Manifest;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "voxpipe-unpacked-"));
    await run("tar", ["-xzf", filename, "-C", folder, "--strip-components=1"], { cwd: root });
    manifest = readManifest(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("carries the licence, a README and a description", async () => {
    expect(await readFile(join(folder, "LICENSE"), "utf8")).toBe(await readFile(join(root, "LICENSE"), "utf8"));
    expect(await readFile(join(folder, "README.md"), "utf8")).toContain(`# ${name}`);
    expect(manifest).toMatchObject({ license: "MIT", description: expect.stringMatching(/\.$/) });
  });

  test("names its place in the repository, without which npm refuses its provenance", () => {
    const { folder: place } = publicPackages().find((own) => own.manifest.name === name) ?? {};
    const url = expect.stringMatching(/^git\+https:\/\/github\.com\/[\w-]+\/[\w-]+\.git$/);
    expect(manifest.repository).toEqual({ type: "git", url, directory: `packages/${place}` });
  });

  test("carries what it is run from, and neither sources nor tests", () => {
    const allowed = /^(package\.json|README\.md|LICENSE|(dist|bin|models)\/.+)$/;
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
    expect(paths.filter((path) => /(?<!\.d)\.ts$|\.test\.|\.fixture\.|\.tsbuildinfo$/.test(path))).toEqual([]);
  });

  test("exports files that are there, types first", () => {
    const exported = exportedFiles(manifest.exports);
    const named = [...exported.map(({ file }) => file), ...Object.values(manifest.bin ?? {})];
    expect(named.length).toBeGreaterThan(0);
    expect(named.map((file) => posix.normalize(file)).filter((file) => !paths.includes(file))).toEqual([]);
    if (exported.length > 0) expect(exported[0]).toMatchObject({ conditions: expect.arrayContaining(["types"]) });
  });

  test("depends on versions, and on nothing of the workspace that is private", () => {
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const ranges = Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    const versions = /^[\^~]?\d+\.\d+\.\d+$/;
    // A framework that is the application's own comes in several versions.
    expect(ranges.filter(([, range]) => !range.split(" || ").every((version) => versions.test(version)))).toEqual([]);
    const own = inject("packed").map((packed) => packed.name);
    const unpublished = ranges.map(([dependency]) => dependency).filter((dependency) => isOwn(dependency));
    expect(unpublished.filter((dependency) => !own.includes(dependency))).toEqual([]);
  });

  test("has source maps that carry their sources and name no folder outside the package", async () => {
    for (const path of paths.filter((path) => path.endsWith(".map"))) {
      const map: SourceMap = JSON.parse(await readFile(join(folder, path), "utf8"));
      const sources = map.sources.map((source) => posix.join(posix.dirname(path), map.sourceRoot ?? "", source));
      expect(sources.filter((source) => !source.startsWith("src/"))).toEqual([]);
      expect(map.sourcesContent?.filter((text) => typeof text === "string")).toHaveLength(sources.length);
    }
  });

  test("names no path of the machine that built it", async () => {
    for (const path of paths.filter((path) => /\.(js|ts|map|json|md)$/.test(path))) {
      expect(await readFile(join(folder, path), "utf8"), path).not.toContain(root.replace(/\/$/, ""));
    }
  });

  test("is clean to publint", async () => {
    const tarball = await readFile(filename);
    const { messages, pkg } = await publint({ pack: { tarball: toArrayBuffer(tarball) }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("is clean to arethetypeswrong", async (context) => {
    if (manifest.exports === undefined) context.skip("a program without exports has no types");
    await run(process.execPath, [attw, filename, "--profile", "esm-only", "--no-color"], { cwd: folder });
  });
});

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourceRoot?: string;
  readonly sourcesContent?: readonly (string | null)[];
}

function isOwn(dependency: string): boolean {
  return dependency === "voxpipe" || dependency.startsWith("@voxpipe/");
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
