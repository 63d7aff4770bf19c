import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import commonjs from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import esbuild from "esbuild";
import { rollup } from "rollup";
import { createLogger, build as vite } from "vite";
import webpack from "webpack";
import { codeBlocks } from "../readme/code-blocks.ts";
import { root } from "../workspace.ts";

export interface Bundle {
  /** What the bundler complained of. */
  readonly warnings: readonly string[];
  /** Everything that it wrote, source maps and what lies in folders included, by its path there. */
  readonly files: Readonly<Record<string, string>>;
  /** The scripts among it, chunks included. */
  readonly code: string;
  /** The program, in a folder of its own. */
  readonly file: string;
}

export type Target = "browser" | "node";

/**
 * Bundles `entry`, a file of a project, for a target into `folder`, minified and with source maps, with the bundler's own
 * defaults where they do.
 */
export type Bundler = (entry: string, target: Target, folder: string) => Promise<Bundle>;

const chunkFileNames = "chunks/[name]-[hash].js";

export const bundlers: Readonly<Record<string, Bundler>> = {
  async esbuild(entry, target, folder) {
    // Node's ESM has no `require`, which the CommonJS in `ws` calls.
    const format = target === "node" ? "cjs" : "esm";
    const extension = target === "node" ? ".cjs" : ".js";
    const { warnings } = await esbuild.build({
      entryPoints: { app: entry },
      outdir: folder,
      outExtension: { ".js": extension },
      chunkNames: "chunks/[name]-[hash]",
      splitting: target === "browser",
      bundle: true,
      minify: true,
      sourcemap: true,
      platform: target,
      format,
      logLevel: "silent",
      absWorkingDir: folder,
    });
    return written(
      join(folder, `app${extension}`),
      folder,
      warnings.map(({ text }) => text),
    );
  },

  async rollup(entry, target, folder) {
    const warnings: string[] = [];
    const browser = target === "browser";
    const bundle = await rollup({
      input: entry,
      plugins: [nodeResolve({ browser, preferBuiltins: !browser, exportConditions: [target] }), commonjs()],
      onwarn: ({ message }) => warnings.push(message),
    });
    await bundle.write({ dir: folder, entryFileNames: "app.js", chunkFileNames, format: "esm", sourcemap: true });
    await bundle.close();
    return written(join(folder, "app.js"), folder, warnings);
  },

  async Vite(entry, target, folder) {
    const warnings: string[] = [];
    const customLogger = createLogger("warn", { allowClearScreen: false });
    customLogger.warn = (message) => warnings.push(message);
    customLogger.warnOnce = (message) => warnings.push(message);
    await vite({
      configFile: false,
      root: join(entry, ".."),
      customLogger,
      ...(target === "node" && { ssr: { noExternal: true } }),
      build: {
        outDir: folder,
        minify: true,
        sourcemap: true,
        emptyOutDir: false,
        ssr: target === "node",
        rollupOptions: { input: entry, output: { entryFileNames: "app.js", chunkFileNames } },
      },
    });
    return written(join(folder, "app.js"), folder, warnings);
  },

  webpack: async (entry, target, folder) =>
    bundleWithWebpack(entry, target, folder, target === "node" ? await documentedExternals() : {}),
};

/** webpack; without the externals that voxpipe's README names, it warns for Node of what `ws` tries and is not there. */
export async function bundleWithWebpack(
  entry: string,
  target: Target,
  folder: string,
  externals: Readonly<Record<string, string>>,
): Promise<Bundle> {
  const filename = target === "node" ? "app.cjs" : "app.js";
  // A script that is no module finds its chunks by `document.currentScript`, which only a whole page has.
  const modules = target === "node" ? {} : { experiments: { outputModule: true } };
  const compiler = webpack({
    mode: "production",
    target: target === "node" ? "node20" : "web",
    context: dirname(entry),
    entry,
    ...modules,
    output: {
      path: folder,
      filename,
      module: target === "browser",
      chunkFilename: target === "node" ? "[id].chunk.cjs" : "chunks/[id].js",
    },
    devtool: "source-map",
    performance: false,
    externals: { ...externals },
  });
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) =>
    compiler.run((error, result) =>
      compiler.close((late) => (error || late ? reject(error ?? late) : resolve(result))),
    ),
  );
  const { warnings = [], errors = [] } = stats?.toJson({ all: false, warnings: true, errors: true }) ?? {};
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return written(
    join(folder, filename),
    folder,
    warnings.map(({ message }) => message),
  );
}

/** The `externals` of the webpack.config.js that voxpipe's README shows. */
async function documentedExternals(): Promise<Readonly<Record<string, string>>> {
  const readme = await readFile(join(root, "packages/client/README.md"), "utf8");
  const config = codeBlocks(readme, "js").find((code) => code.includes("webpack.config.js"));
  if (config === undefined) throw new Error("The README of voxpipe shows no webpack.config.js.");
  const { default: options } = await import(`data:text/javascript,${encodeURIComponent(config)}`);
  return options.externals;
}

/** The versions in use, for the names of tests. */
export function versionOf(bundler: string): string {
  const { version }: { version: string } = createRequire(import.meta.url)(`${bundler.toLowerCase()}/package.json`);
  return version;
}

async function written(file: string, folder: string, warnings: readonly string[]): Promise<Bundle> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // The package.json was there before.
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const made = paths.map((path) => relative(folder, path)).filter((path) => path !== "package.json");
  const texts = made.map(async (path) => [path, await readFile(join(folder, path), "utf8")] as const);
  const files = Object.fromEntries(await Promise.all(texts));
  const scripts = Object.keys(files).filter((path) => /\.c?js$/.test(path));
  return { warnings, files, code: scripts.map((path) => files[path]).join("\n"), file };
}
