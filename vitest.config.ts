import { defineConfig } from "vitest/config";

const packages = "packages/*/{src,test}/**";
/** Tests that only `test:all` runs: other runtimes, bundlers, compilers, long runs. */
const all = "*.all.test.ts";
/** Tests that `test` runs with few cases, and `test:all` again with all of them: see `cases` in packages/testing. */
const sized = "*.sized.test.ts";
/** Tests that replace what the others of a worker share: a module, the clock, the classes of a browser. */
const alone = [
  "packages/client/src/entries/mixed-builds.test.ts",
  "packages/transcriber/test/loads/*.test.ts",
  "packages/*/test/**/*.jsdom*.test.ts",
];
const packed = ["e2e/packed.ts", "e2e/installed.ts"];

type BrowserName = "Chromium" | "Firefox" | "WebKit";

/** The tests of browsers in some of them. */
function browsers(name: string, names: BrowserName[], files: { include: string[]; exclude?: string[] }) {
  // Three browsers a file, and two files at once after all other tests: sound breaks off if more of them are at work.
  const few = names.length > 1 && { maxWorkers: 2, sequence: { groupOrder: 1 } };
  return {
    extends: true as const,
    test: {
      name,
      ...files,
      ...few,
      globalSetup: [...packed, "e2e/browsers/site/built-site.ts"],
      provide: { browsers: names },
      // Two behaviours in each of three browsers.
      maxConcurrency: 6,
    },
  };
}

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    // Only what hangs takes so long, on a machine as busy as can be.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // Most tests wait most of the time.
    maxWorkers: 4,
    expect: { poll: { timeout: 60_000 } },
    reporters: ["default", "./e2e/browsers/matrix/matrix-reporter.ts", "./e2e/summary-reporter.ts"],
    projects: [
      // `test`
      {
        extends: true,
        test: {
          // They share their worker's imports, which take most of the time of many.
          name: "packages",
          include: [`${packages}/*.test.ts`],
          exclude: [`**/${all}`, ...alone],
          isolate: false,
          setupFiles: ["packages/testing/src/leave-as-found.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: alone,
          exclude: [`**/${all}`],
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/*/*.test.ts"],
          exclude: ["e2e/{checks,browsers}/**", `**/${all}`],
          globalSetup: packed,
        },
      },
      browsers("chromium", ["Chromium"], { include: ["e2e/browsers/**/*.test.ts"], exclude: [`**/${all}`] }),

      // What `test:all` adds
      {
        extends: true,
        test: {
          name: "rest",
          include: [`${packages}/${all}`, `${packages}/${sized}`, `e2e/*/${all}`, `e2e/*/${sized}`],
          exclude: ["e2e/browsers/**"],
          globalSetup: packed,
          env: { VOXPIPE_CASES: process.env.VOXPIPE_CASES ?? "many" },
        },
      },
      browsers("browsers", ["Firefox", "WebKit"], { include: ["e2e/browsers/**/*.test.ts"], exclude: [`**/${all}`] }),
      browsers("browsers-all", ["Chromium", "Firefox", "WebKit"], { include: [`e2e/browsers/**/${all}`] }),

      // `check`
      {
        extends: true,
        test: { name: "checks", include: ["e2e/checks/*.test.ts"], globalSetup: "e2e/packed.ts" },
      },
    ],
  },
});
