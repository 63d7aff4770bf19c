import type { Reporter, TestCase, TestModule } from "vitest/node";
import { because } from "./because.ts";

const names = ["Chromium", "Firefox", "WebKit"] as const;

/** Prints what was tested in which browser, and why something was not. */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = new Map<string, Map<string, string>>();
    const reasons: string[] = [];
    const seen = new Set<string>();
    for (const test of modules.flatMap(allTests)) {
      const [title = "", browser = ""] = path(test);
      const [what = "", reason] = test.name.split(because);
      const row = `${title}: ${what}`;
      if (reason !== undefined) reasons.push(`${browser}, ${what}: ${reason}.`);
      seen.add(browser);
      const cells = rows.get(row) ?? new Map<string, string>();
      rows.set(row, cells.set(browser, reason === undefined ? sign(test) : `(${reasons.length})`));
    }
    const browsers = names.filter((name) => seen.has(name));
    if (rows.size > 0) process.on("exit", () => console.log(table(browsers, rows, reasons)));
  }
}

function allTests(module: TestModule): TestCase[] {
  if (!module.project.name.startsWith("browsers") && module.project.name !== "chromium") return [];
  return [...module.children.allTests()].filter((test) => names.some((name) => path(test)[1] === name));
}

/** The names of the suites around a test, the outermost first. */
function path(test: TestCase): string[] {
  const around: string[] = [];
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) around.unshift(parent.name);
  return around;
}

function sign(test: TestCase): string {
  const { state } = test.result();
  if (state === "passed") return "yes";
  return state === "failed" ? "FAILED" : "not run";
}

function table(
  browsers: readonly string[],
  rows: ReadonlyMap<string, ReadonlyMap<string, string>>,
  reasons: readonly string[],
): string {
  const width = Math.max(...[...rows.keys()].map(({ length }) => length));
  const line = (first: string, cells: readonly string[]) =>
    [first.padEnd(width), ...cells.map((cell) => cell.padEnd(8))].join("  ").trimEnd();
  return [
    "",
    line("Browser x behaviour", browsers),
    ...[...rows].map(([row, cells]) =>
      line(
        row,
        browsers.map((name) => cells.get(name) ?? "-"),
      ),
    ),
    ...reasons.map((reason, i) => `(${i + 1}) ${reason}`),
  ].join("\n");
}
