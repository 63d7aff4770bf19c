import { packages } from "./rollup.config.mjs";

/** What the build starts from, as rollup.config.mjs says, so that an entry is named in one place. */
const workspaces = Object.fromEntries(
  Object.entries(packages).map(([name, { entries, programs = [], bundles = [], pages = [], entryFolder = "src" }]) => {
    const scripts = pages.map((page) => `page/${page}`);
    const files = [...entries, ...programs, ...bundles, ...scripts];
    return [`packages/${name}`, { entry: files.map((entry) => `${entryFolder}/${entry}.ts`) }];
  }),
);

const recognizer = workspaces["packages/recognizer"];
const token = workspaces["packages/token"];
const emulator = workspaces["packages/emulator"];
const client = workspaces["packages/client"];
const relay = workspaces["packages/relay"];

// Run by hand, or by a test as a process of its own.
recognizer.entry.push("sample/*.mjs", "scripts/*.mjs");
token.entry.push("test/examples/*.ts", "test/instance.ts");
emulator.entry.push("test/vendor-session.ts");
client.entry.push("test/programs/*.ts");
workspaces["packages/core"].entry.push("scripts/*.mjs");
workspaces["packages/ai-sdk"].entry.push("test/programs/*.ts");
relay.entry.push("scripts/load/{main,server,publisher,readers,silent-readers}.ts");
// The README's servers: programs that tests bundle and run.
workspaces["packages/telephony"].entry.push("test/{examples,hosts}/*.ts");
// The model files come out of these packages' folders; nothing imports them.
recognizer.ignoreDependencies = ["@moonshine-ai/moonshine-js", "@ricky0123/vad-web", "llama-tokenizer-js"];

export default {
  workspaces: {
    ...workspaces,
    // Loaded by its folder: the older of the two Reacts that the hooks are tested with.
    "packages/react/test/react-18": { ignoreDependencies: ["react", "react-dom"] },
    e2e: {
      // Bundled for each runtime or browser, and run there.
      entry: [
        "hostile/client.ts",
        "runtimes/process.ts",
        "runtimes/worker.ts",
        "runtimes/servers/*.ts",
        "telephony/hosts/*.ts",
        "runtimes/visitor.ts",
        "runtimes/visitor-host.ts",
        "browsers/site/page.ts",
        "browsers/site/reader-page.ts",
        "browsers/site/reference.js",
        "browsers/site/suite-page.ts",
        "browsers/site/with-tokens.ts",
      ],
      // Programs, found by their folders.
      ignoreDependencies: ["bun", "deno", /^typescript-\d/],
    },
  },
  // Applications of their own, which nothing here imports.
  ignore: ["examples/**"],
  // Debian's programs, which package.json cannot name.
  ignoreBinaries: ["ffmpeg", "flite"],
  // An exported type that its own file uses names a part of something public.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // SvelteKit and Remix find a route's handlers by their names: one handler, two methods.
  ignoreIssues: {
    "packages/token/test/examples/sveltekit.ts": ["duplicates"],
    "packages/token/test/examples/remix.ts": ["duplicates"],
  },
};
