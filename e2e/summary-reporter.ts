import { provideCommand } from "@voxpipe/testing";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

/**
 * Ends a run with one line, `N passed, N failed`. A file or suite that cannot be run and an error outside any test count
 * as failures, and so does a run in which no test ran. Above that line it says what did not run because the machine lacks a
 * program; with CI=true that is a failure, too.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => stateOf(test) === "passed").length;
    const failedTests = tests.filter((test) => stateOf(test) === "failed").length;
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const suites = modules.flatMap((module) => [...module.children.allSuites()]);
    const brokenSuites = suites.filter((suite) => suite.errors().length > 0).length;
    const missing = notRun(tests);
    const failed =
      failedTests +
      brokenFiles +
      brokenSuites +
      unhandledErrors.length +
      (process.env.CI === "true" ? missing.length : 0);
    if (failed > 0 || passed === 0) process.exitCode = 1;
    process.on("exit", () => console.log([...missing, `${passed} passed, ${failed} failed`].join("\n")));
  }
}

/** A line for each set of programs that tests did not find. */
function notRun(tests: readonly TestCase[]): string[] {
  const counts = new Map<string, number>();
  for (const test of tests) {
    const programs = test.meta().missing?.join(", ");
    if (programs !== undefined && stateOf(test) === "skipped") counts.set(programs, (counts.get(programs) ?? 0) + 1);
  }
  return [...counts].map(
    ([programs, count]) => `NOT RUN: ${count} tests that need ${programs}. To install it: ${provideCommand}`,
  );
}

function stateOf(test: TestCase): string {
  return test.result().state;
}
