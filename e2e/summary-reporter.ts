import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

/**
 * Ends a run with one line, `N passed, N failed`. A file or suite that cannot be run and an error outside any test count
 * as failures, and so does a run in which no test ran.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => stateOf(test) === "passed").length;
    const failedTests = tests.filter((test) => stateOf(test) === "failed").length;
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const suites = modules.flatMap((module) => [...module.children.allSuites()]);
    const brokenSuites = suites.filter((suite) => suite.errors().length > 0).length;
    const failed = failedTests + brokenFiles + brokenSuites + unhandledErrors.length;
    if (failed > 0 || passed === 0) process.exitCode = 1;
    process.on("exit", () => console.log(`${passed} passed, ${failed} failed`));
  }
}

function stateOf(test: TestCase): string {
  return test.result().state;
}
