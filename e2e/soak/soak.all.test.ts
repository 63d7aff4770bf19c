import { expect, test } from "vitest";
import { never, soak, soakTable } from "./soak.ts";

test("80 sessions with random faults: each ends complete, or with an error that says so", {
  timeout: 300_000,
}, async () => {
  const report = await soak({ sessions: 40, seed: 1, goesOn: (begun) => begun < 80 });
  const bad = report.results.filter(({ outcome }) => never.includes(outcome));
  expect(bad, soakTable(report)).toEqual([]);
  expect(report.unhandledRejections).toBe(0);
  const outcomes = new Set(report.results.map(({ outcome, reconnect }) => `${outcome} ${reconnect}`));
  for (const outcome of ["ok, complete", "failed, and said so"])
    for (const reconnect of [true, false]) expect(outcomes).toContain(`${outcome} ${reconnect}`);
});
