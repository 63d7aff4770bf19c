import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { runProgram } from "./child-program.ts";

test("a process whose sessions have ended, well or not, exits by itself with code 0", async () => {
  await using healthy = await startEmulator();
  await using hanging = await startEmulator({ faults: [{ when: "open", do: "hang" }] });
  await using dropping = await startEmulator({ faults: [{ when: "begin", do: "drop" }] });
  await using silent = await startEmulator({ faults: [{ when: "terminate", do: "no-termination" }] });
  const urls = [healthy, hanging, dropping, silent].map(({ url }) => url);
  expect(await runProgram("walk-away", ...urls)).toEqual({
    code: 0,
    stderr: "",
    report: ["aborted", "aborted", "connection-lost", "termination-timeout"],
  });
});
