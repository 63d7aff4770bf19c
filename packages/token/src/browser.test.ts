import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { rollup } from "rollup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };

const named = 'import { createTemporaryToken } from "@voxpipe/token"; console.log(createTemporaryToken);';
const whole = 'import * as token from "@voxpipe/token"; console.log(token);';

describe("the package's exports", () => {
  /** What they choose for a set of conditions, by Node's rule: the first key that is set. */
  function choice(...conditions: readonly string[]): string | undefined {
    const set = new Set([...conditions, "default"]);
    return Object.entries(manifest.exports["."]).find(([condition]) => set.has(condition))?.[1];
  }

  it.each([
    ["a browser", ["import", "browser", "module"]],
    ["a browser's worker", ["worker", "import", "browser"]],
  ])("give %s the module that fails", (_, conditions) => {
    expect(choice(...conditions)).toBe("./dist/browser.js");
  });

  it.each([
    ["Node", ["node", "import", "module-sync"]],
    ["Bun", ["bun", "node", "import"]],
    ["Deno", ["deno", "node", "import"]],
    ["Cloudflare Workers", ["workerd", "worker", "browser"]],
    ["an edge runtime", ["edge-light", "worker", "browser", "import"]],
    ["anything else", ["import"]],
  ])("give %s the real one", (_, conditions) => {
    expect(choice(...conditions)).toBe("./dist/index.js");
  });
});

describe("an application that imports the package", () => {
  let folder: string;
  let entry: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "voxpipe-bundle-"));
    entry = join(folder, "app.mjs");
    const installed = join(folder, "node_modules/@voxpipe/token");
    await mkdir(installed, { recursive: true });
    await cp(fileURLToPath(new URL("../package.json", import.meta.url)), join(installed, "package.json"));
    const sources = ["index", "browser"].map((name) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url)));
    const outdir = join(installed, "dist");
    await build({ entryPoints: sources, outdir, bundle: true, format: "esm", mainFields: ["module", "main"] });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const bundle = async (code: string, options: BuildOptions) => {
    await writeFile(entry, code);
    const result = await build({
      bundle: true,
      format: "esm",
      logLevel: "silent",
      entryPoints: [entry],
      outdir: folder,
      outExtension: { ".js": ".built.mjs" },
      ...options,
    });
    return result.warnings;
  };
  const load = () => import(/* @vite-ignore */ pathToFileURL(join(folder, "app.built.mjs")).href);

  it("cannot be built for a browser by esbuild", async () => {
    await expect(bundle(named, { platform: "browser" })).rejects.toThrow(
      /No matching export .*browser\.js" for import "createTemporaryToken"/,
    );
  });

  it("cannot be built for a browser by Rollup", async () => {
    await writeFile(entry, named);
    const browser = join(folder, "node_modules/@voxpipe/token/dist/browser.js");
    const building = rollup({
      input: entry,
      plugins: [{ name: "browser-condition", resolveId: (id) => (id === "@voxpipe/token" ? browser : null) }],
    });
    await expect(building).rejects.toThrow(/"createTemporaryToken" is not exported by .*browser\.js/);
  });

  it("fails when it is loaded and says what to do, where it was built all the same", async () => {
    await bundle(whole, { platform: "browser" });
    await expect(load()).rejects.toThrow(/createTokenHandler.*tokenFrom/);
  });

  it.each<[string, BuildOptions]>([
    ["Node", { platform: "node" }],
    ["Workers", { platform: "browser", conditions: ["workerd", "worker", "browser"] }],
  ])("is built for %s without a warning, and holds the real one", async (_, options) => {
    expect(await bundle(named, { ...options, minify: true })).toEqual([]);
  });
});
