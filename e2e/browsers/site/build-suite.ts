import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { resolveIn } from "../../runtimes/programs.ts";

const source = import.meta.dirname;

/**
 * Builds the neutral suite for a page, from the packages of a project that has them installed. What it imports of
 * `voxpipe` and `@voxpipe/token` takes tokens of the site in place of a key; its import for browsers is the package itself.
 *
 * @returns the file that `voxpipe` was resolved to.
 */
export async function buildSuite(installed: string, site: string): Promise<string> {
  const withTokens: Plugin = {
    name: "with-tokens",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^(voxpipe|@voxpipe\/token)$/ }, ({ importer }) =>
        importer.endsWith("suite.ts") ? { path: join(source, "with-tokens.ts") } : undefined,
      ),
  };
  const { metafile } = await build({
    entryPoints: [join(source, "suite-page.ts")],
    outfile: join(site, "suite.js"),
    absWorkingDir: installed,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "warning",
    // The workspace's tsconfig.json leads `voxpipe` to its source.
    tsconfigRaw: {},
    metafile: true,
    plugins: [withTokens, resolveIn(installed)],
  });
  const entries = Object.keys(metafile.inputs).filter((file) => /node_modules\/voxpipe\/dist\/[^/]+\.js$/.test(file));
  return entries.find((file) => file.endsWith("/web.js")) ?? entries.join(" ");
}
