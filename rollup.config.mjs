import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import dts from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";
import { copyModels } from "./packages/recognizer/scripts/copy-models.mjs";

/**
 * Every package's entries: `src/<entry>.ts` (or another `entryFolder`) becomes `dist/<entry>.js`, and `.d.ts` where others import it. `bundles` are
 * files that are loaded as they are, with all that they import inside.
 */
export const packages = {
  audio: { entries: ["index"] },
  core: { entries: ["index"], modules: true },
  token: { entries: ["index"], programs: ["browser", "create-temporary-token", "token-handler"] },
  microphone: { entries: ["index", "testing"], bundles: ["worklet"] },
  transcript: { entries: ["index"] },
  relay: { entries: ["index", "node", "subscribe"] },
  channels: { entries: ["index"] },
  telephony: { entries: ["index"] },
  transcriber: { entries: ["index"] },
  react: { entries: ["index"], directive: "use client" },
  client: {
    entries: ["workerd", "bun", "deno", "node", "web", "ponyfill-node", "ponyfill-web"],
    entryFolder: "src/entries",
  },
  files: { entries: ["index"] },
  "ai-sdk": { entries: ["index"] },
  otel: { entries: ["index"] },
  livekit: { entries: ["index"] },
  emulator: { entries: ["index"], programs: ["bin"] },
  recognizer: { entries: ["index"], programs: ["worker"], prepare: copyModels },
  cli: { entries: [], programs: ["bin", "demo"] },
  demo: { entries: [], programs: ["main"], pages: ["page", "read"] },
  bench: { entries: [], programs: ["main", "server", "client", "live-clients", "live-client"] },
};

const shared = {
  external: (id) => !/^[./]|^\0/.test(id),
  onwarn(warning) {
    throw new Error(warning.message);
  },
};

/** `rollup -c --configOnly core,client` builds some; `--configNoTypes` leaves the declarations out. */
export default (args) => {
  const only = args.configOnly?.split(",") ?? Object.keys(packages);
  const builds = only.flatMap((name) => build(name, packages[name]));
  if (args.configNoTypes !== true) builds.push(declarations(only));
  for (const own of ["configOnly", "configNoTypes"]) delete args[own];
  return builds;
};

function build(name, settings) {
  const {
    entries,
    programs = [],
    modules = false,
    bundles = [],
    pages = [],
    directive,
    prepare = () => {},
    entryFolder = "src",
  } = settings;
  const folder = `packages/${name}`;
  const code = {
    ...shared,
    input: inputs(`${folder}/${entryFolder}`, [...entries, ...programs]),
    plugins: [{ name: "prepare", buildStart: prepare }, esbuild({ target: "es2022", sourceMap: true })],
    output: {
      dir: `${folder}/dist`,
      format: "es",
      sourcemap: true,
      // What an entry shares with chunks that it loads on demand.
      chunkFileNames: ({ name }) => (entries.includes(name) ? `${name}-shared.js` : "[name].js"),
      // A file for each module, so that bundlers can leave out what an application does not use: schemas run when loaded.
      preserveModules: modules,
      // An entry names only what it needs itself, so that bundlers can leave out a chunk with all that it imports.
      hoistTransitiveImports: false,
      // Of React: a module without it belongs to the server.
      banner: directive && `"${directive}";`,
    },
  };
  const whole = bundles.map((entry) => bundle(folder, entry));
  for (const page of pages) whole.push(webPage(folder, page));
  return [code, ...whole];
}

/** What all packages declare, in one go: TypeScript reads every file once, which takes most of a build's time. */
function declarations(names) {
  const entries = names.flatMap((name) => {
    const { entries, entryFolder = "src" } = packages[name];
    return entries.map((entry) => [`${name}/dist/${entry}`, `packages/${name}/${entryFolder}/${entry}.ts`]);
  });
  const packageOf = ({ moduleIds }) => /\/packages\/([^/]+)\//.exec(moduleIds[0])[1];
  return {
    ...shared,
    input: Object.fromEntries(entries),
    plugins: [dts({ tsconfig: "tsconfig.base.json", respectExternal: false })],
    output: {
      dir: "packages",
      format: "es",
      entryFileNames: "[name].d.ts",
      chunkFileNames: (chunk) => `${packageOf(chunk)}/dist/[name].d.ts`,
      // For `AsyncDisposable`, which no target's own library has.
      banner: '/// <reference lib="esnext.disposable" />',
    },
  };
}

function bundle(folder, entry) {
  const sources = (id) => id.startsWith("@voxpipe/") && `${import.meta.dirname}/packages/${id.slice(9)}/src/index.ts`;
  // It exports nothing; but without a declaration, to name it is an error in TypeScript.
  const declare = () => writeFileSync(`${folder}/dist/${entry}.d.ts`, "export {};\n");
  return {
    input: `${folder}/src/${entry}.ts`,
    plugins: [
      { name: "sources", resolveId: (id) => sources(id) || null, writeBundle: declare },
      esbuild({ target: "es2022", minify: true }),
    ],
    output: { file: `${folder}/dist/${entry}.js`, format: "es" },
  };
}

/** A page's script with the packages that it imports as a browser gets them; the worklet and the page's files beside it. */
function webPage(folder, name) {
  const place = () => {
    const to = `${folder}/dist/public`;
    mkdirSync(to, { recursive: true });
    for (const file of readdirSync(`${folder}/public`)) copyFileSync(`${folder}/public/${file}`, `${to}/${file}`);
    copyFileSync("packages/microphone/dist/worklet.js", `${to}/worklet.js`);
  };
  return {
    input: `${folder}/src/page/${name}.ts`,
    plugins: [
      { name: "place", writeBundle: place },
      nodeResolve({ browser: true }),
      esbuild({ target: "es2022", minify: true }),
    ],
    output: { file: `${folder}/dist/public/${name}.js`, format: "es", inlineDynamicImports: true },
  };
}

function inputs(folder, entries) {
  return Object.fromEntries(entries.map((entry) => [entry, `${folder}/${entry}.ts`]));
}
