import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../workspace.ts";
import type { Figure } from "./main.ts";

const client = `import { connect, tokenFrom } from "${root}packages/client/dist/web.js";`;
const microphone = `import { openMicrophone } from "${root}packages/microphone/dist/index.js";`;
const part = /(?:packages\/|node_modules\/(?:\.pnpm\/[^/]+\/node_modules\/)?)((?:@[^/]+\/)?[^/]+)/;

/** What a page downloads, minified and gzipped. */
export async function sizes(): Promise<Figure[]> {
  const both = await bundle(`${client} ${microphone} console.log(connect, tokenFrom, openMicrophone)`);
  const parts = new Map<string, number>();
  for (const [path, { bytesInOutput }] of both.inputs) {
    const name = part.exec(path)?.[1] ?? "the rest";
    parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
  }
  const page = ["index.html", "style.css", "page.js"].map(
    async (name): Promise<Figure> => [
      `size: the demo's ${name}`,
      gzipped(await readFile(`${root}packages/demo/dist/public/${name}`)),
    ],
  );
  return [
    ["size: client (connect, tokenFrom)", (await bundle(`${client} console.log(connect, tokenFrom)`)).size],
    ["size: microphone (openMicrophone)", (await bundle(`${microphone} console.log(openMicrophone)`)).size],
    ["size: client and microphone together", both.size],
    ...[...parts].map(([name, bytes]): Figure => [`size: of that, minified only, ${name}`, `${bytes} B`]),
    ["size: the worklet's file", gzipped(await readFile(`${root}packages/microphone/dist/worklet.js`))],
    ...(await Promise.all(page)),
  ];
}

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: `${root}packages/demo` },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    conditions: ["browser"],
  });
  const [output] = outputFiles;
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return { size: gzipped(output?.contents ?? new Uint8Array()), inputs };
}

function gzipped(content: Uint8Array): string {
  return `${gzipSync(content, { level: 9 }).length} B`;
}
