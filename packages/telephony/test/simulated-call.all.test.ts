import { describe, test } from "vitest";
import { calls } from "./calls.ts";
import { simulateCall } from "./simulated-call.ts";

describe.concurrent.each(calls)("a call of $name in real time", (call) => {
  test.each([
    ["chunk by chunk", 1],
    ["in bursts of half a second", 25],
  ])("%s: each track to the byte, and both sides' words", (_name, burst) => simulateCall(call, burst));
});
