import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildResult, build } from "esbuild";
import type { Measure } from "../measure.ts";

const bench = fileURLToPath(new URL("..", import.meta.url));
const packages = fileURLToPath(new URL("../..", import.meta.url));
const most = 6378;
const listed = 10;

/** What a page loads for `connect`, minified and gzipped. */
export const bundle: Measure = async ({ progress }) => {
  progress("bundle");
  const ours = size(await bundled(`export { connect } from "../client/dist/web.js"`));
  const vendor = size(await bundled(`export { StreamingTranscriber } from "assemblyai/streaming"`));
  return {
    rows: [{ figure: "Browser bundle", unit: "bytes", vendor: [vendor], ours: [ours], goal: `≤ ${most}` }],
    notes: [
      "Bundle: esbuild, minified, ES2022, gzip level 9; `connect` of the built browser entry, and `StreamingTranscriber` of `assemblyai/streaming`.",
      `Bundle: largest parts, minified, before gzip: ${await largestParts()}.`,
    ],
  };
};

/** The built packages are one file each; their source maps show the size of each part. */
async function largestParts(): Promise<string> {
  const { metafile } = await bundled(`export { connect } from "../client/src/entries/web.ts"`);
  const inputs = Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {});
  const sizes = inputs.map(([path, { bytesInOutput }]) => [shortName(path), bytesInOutput] as const);
  const largest = sizes.sort(([, a], [, b]) => b - a).slice(0, listed);
  return largest.map(([path, bytes]) => `${path} ${bytes}`).join(", ");
}

function bundled(contents: string) {
  return build({
    stdin: { contents, resolveDir: bench },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    write: false,
    metafile: true,
  });
}

function size({ outputFiles }: BuildResult<{ write: false }>): number {
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
}

function shortName(path: string): string {
  return relative(packages, path).replace(/^.*node_modules\//, "");
}
