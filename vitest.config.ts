import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", "./e2e/browsers/matrix-reporter.ts", "./e2e/summary-reporter.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "packages",
          include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          typecheck: { enabled: true, include: ["packages/*/src/**/*.test-d.ts"], tsconfig: "tsconfig.json" },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/*/*.test.ts"],
          exclude: ["e2e/checks/**", "e2e/browsers/**"],
          globalSetup: ["e2e/packed.ts", "e2e/installed.ts"],
        },
      },
      {
        extends: true,
        // Behind everything else, and one file at a time: audio is played and captured in real time.
        test: {
          name: "browsers",
          sequence: { groupOrder: 1 },
          include: ["e2e/browsers/*.test.ts"],
          globalSetup: ["e2e/browsers/provide.ts", "e2e/browsers/built-site.ts"],
          fileParallelism: false,
          // Two behaviours in each of three browsers.
          maxConcurrency: 6,
          // Sound stands still on a machine that has no time for it. What needed its second chance is told.
          retry: 1,
        },
      },
      {
        extends: true,
        test: { name: "checks", include: ["e2e/checks/*.test.ts"], globalSetup: "e2e/packed.ts" },
      },
    ],
  },
});
