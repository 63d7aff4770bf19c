import { test } from "vitest";
import { calls } from "./calls.ts";
import { simulateCall } from "./simulated-call.ts";

test.concurrent.each(calls)(
  "a call of $name that comes at once: with gaps, doubles, disorder and a stranger's messages, each track to the byte, and both sides' words",
  (call) => simulateCall(call, Number.POSITIVE_INFINITY),
);
