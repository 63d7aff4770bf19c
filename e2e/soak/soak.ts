import { type Outcome, type SoakResult, soakSession } from "./soak-session.ts";

export interface SoakOptions {
  /** How many sessions run at a time. */
  readonly sessions: number;
  /** The first session's seed; the others follow. */
  readonly seed: number;
  /** Whether another session may begin. */
  readonly goesOn: (begun: number) => boolean;
  readonly ended?: (result: SoakResult, count: number) => void;
}

export interface SoakReport {
  readonly results: readonly SoakResult[];
  readonly unhandledRejections: number;
}

/** What must not happen, not once. */
export const never: readonly Outcome[] = [
  "ok, audio missing",
  "ok, words missing",
  "ok, words repeated",
  "failed without saying so",
  "never settled",
];

/** Runs sessions, `atOnce` at a time, until the time is over, and waits for those that are open. */
export async function soak({ sessions, seed, goesOn, ended }: SoakOptions): Promise<SoakReport> {
  const results: SoakResult[] = [];
  let unhandledRejections = 0;
  const note = () => {
    unhandledRejections++;
  };
  process.on("unhandledRejection", note);
  try {
    let begun = 0;
    const lane = async () => {
      while (goesOn(begun)) {
        const result = await soakSession(seed + begun++);
        results.push(result);
        ended?.(result, results.length);
      }
    };
    await Promise.all(Array.from({ length: sessions }, lane));
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("unhandledRejection", note);
  }
  return { results, unhandledRejections };
}

/** The report as a table, and what must not have happened, with its seeds. */
export function soakTable({ results, unhandledRejections }: SoakReport): string {
  const count = (outcome: Outcome, reconnect: boolean) =>
    results.filter((result) => result.outcome === outcome && result.reconnect === reconnect).length;
  const outcomes: readonly Outcome[] = ["ok, complete", "ok, loss reported", "failed, and said so", ...never];
  const rows = outcomes.map((outcome) => {
    const [on, off] = [count(outcome, true), count(outcome, false)];
    return `| ${outcome.padEnd(24)} | ${cell(on)} | ${cell(off)} | ${cell(on + off)} | ${never.includes(outcome) ? "   0" : "    "} |`;
  });
  const bad = results
    .filter(({ outcome }) => never.includes(outcome))
    .map((result) => `- seed ${result.seed}: ${result.outcome} (${result.detail}); ${describe(result)}`);
  const failures = new Map<string, number>();
  for (const { outcome, detail } of results)
    if (outcome === "failed, and said so") failures.set(detail, (failures.get(detail) ?? 0) + 1);
  const codes = [...failures].sort(([, a], [, b]) => b - a).map(([code, times]) => `${code} ${times}`);
  const unhurt = results.filter(({ faults }) => faults === "none");
  const failed = unhurt.filter(({ outcome }) => outcome === "failed, and said so");
  return [
    `| ${"outcome".padEnd(24)} | reconnect |       off |       all | goal |`,
    `| ${"-".repeat(24)} | --------: | --------: | --------: | ---: |`,
    ...rows,
    `| ${"unhandled rejections".padEnd(24)} | ${cell()} | ${cell()} | ${cell(unhandledRejections)} |    0 |`,
    "",
    `${results.length} sessions with ${new Set(results.map(({ faults }) => faults)).size} plans of faults. Failures: ${codes.join(", ") || "none"}.`,
    `Without a fault: ${unhurt.length}, of which failed: ${failed.map(({ detail, seed }) => `${detail} (seed ${seed})`).join(", ") || "none"}.`,
    ...bad.slice(0, 100),
  ].join("\n");
}

function describe({ client, reconnect, faults }: SoakResult): string {
  return `${client}, reconnect ${reconnect ? "on" : "off"}, ${faults}`;
}

function cell(value?: number): string {
  return String(value ?? "").padStart(9);
}
