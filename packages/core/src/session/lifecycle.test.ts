import { expect, test } from "vitest";
import { type LifecycleInput, nextState, type SessionState } from "./lifecycle.ts";

const after = (...inputs: LifecycleInput[]) => inputs.reduce<SessionState>(nextState, "connecting");

test.each([
  [[], "connecting"],
  [["dropped"], "connecting"],
  [["begun"], "open"],
  [["begun", "dropped"], "reconnecting"],
  [["begun", "dropped", "dropped"], "reconnecting"],
  [["begun", "dropped", "begun"], "open"],
  [["finishing"], "closing"],
  [["begun", "finishing", "dropped", "begun"], "closing"],
  [["ended"], "closed"],
] as const)("after %j a session is %s", (inputs, state) => {
  expect(after(...inputs)).toBe(state);
});

test("a session that is closed stays closed", () => {
  for (const input of ["begun", "dropped", "finishing", "ended"] as const)
    expect(nextState("closed", input)).toBe("closed");
});
