import { expect, it } from "vitest";
import { StreamingError } from "voxpipe";
import { reportFailure } from "./failure-report.ts";
import { UsageError } from "./usage-error.ts";

it("distinguishes wrong use from failed sessions by the exit code", () => {
  expect(reportFailure(new UsageError("a.wav is empty.")).code).toBe(2);
  expect(reportFailure(new StreamingError("invalid-options", "minTurnSilence: -1 is not valid.")).code).toBe(2);
  expect(reportFailure(new StreamingError("unauthorized", "Invalid API key")).code).toBe(1);
  expect(reportFailure("anything").code).toBe(1);
});

it("says it in one line, without a stack, in words that the command line has", () => {
  const error = new StreamingError(
    "connection-failed",
    "No connection to h:\n refused. Check apiHost and the network.",
  );
  expect(reportFailure(error).line).toBe("voxpipe: No connection to h: refused. Check --host and the network.\n");
});
