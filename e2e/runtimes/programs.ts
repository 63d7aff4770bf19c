import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";

export interface Programs {
  /** Plain ESM that leaves `voxpipe` for the runtime to resolve. */
  readonly process: string;
  /** One module for workerd, with the entry that the bundler resolved `voxpipe` to. */
  readonly worker: string;
  readonly workerEntry: string;
}

const source = fileURLToPath(new URL("./", import.meta.url));

/** What Cloudflare's own bundler resolves by. */
export const workerd: BuildOptions = {
  conditions: ["workerd", "worker", "browser"],
  mainFields: ["browser", "module", "main"],
  platform: "neutral",
};

/** Builds the suite in the folder of a project that has the packages installed. */
export async function buildPrograms(installed: string): Promise<Programs> {
  const folder = join(installed, "runtimes");
  const shared = {
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    absWorkingDir: installed,
    // The workspace's tsconfig.json leads `voxpipe` to its source.
    tsconfigRaw: {},
  } as const;
  const fromInstalled = resolveIn(installed);
  const browser = join(folder, "browser.js");
  await build({
    ...shared,
    entryPoints: [join(source, "browser.ts")],
    outfile: browser,
    platform: "browser",
    plugins: [fromInstalled],
  });
  const browserAsBuilt: Plugin = {
    name: "browser-as-built",
    setup: ({ onResolve, initialOptions }) =>
      onResolve({ filter: /^\.\/browser\.ts$/ }, () =>
        initialOptions.packages === "external" ? { path: "./browser.js", external: true } : { path: browser },
      ),
  };
  await build({
    ...shared,
    entryPoints: [join(source, "process.ts")],
    outfile: join(folder, "process.js"),
    platform: "neutral",
    packages: "external",
    plugins: [browserAsBuilt],
  });
  const { metafile } = await build({
    ...shared,
    ...workerd,
    entryPoints: [join(source, "worker.ts")],
    outfile: join(folder, "worker.js"),
    metafile: true,
    plugins: [browserAsBuilt, fromInstalled],
  });
  const entry = Object.keys(metafile.inputs).find((file) => /node_modules\/voxpipe\/dist\/(?!\w+-)\w+\.js$/.test(file));
  return { process: join(folder, "process.js"), worker: join(folder, "worker.js"), workerEntry: entry ?? "none" };
}

/** Packages come from the project, although the sources are elsewhere. */
export function resolveIn(installed: string): Plugin {
  return {
    name: "resolve-in-project",
    setup: ({ onResolve, resolve }) =>
      onResolve({ filter: /^[@\w]/ }, ({ path, kind, pluginData }) =>
        pluginData === installed ? undefined : resolve(path, { kind, resolveDir: installed, pluginData: installed }),
      ),
  };
}
