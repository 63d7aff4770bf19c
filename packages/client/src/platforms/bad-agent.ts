import { StreamingError } from "@voxpipe/core";

/** The value is not shown: a proxy's URL may contain a password. */
export function badAgent(agent: unknown, expected: string, name = "agent"): StreamingError {
  const got =
    agent === null ? "null" : typeof agent === "object" ? "an object without addRequest" : `a ${typeof agent}`;
  return new StreamingError("invalid-options", `${name}: ${got} is not valid. Expected ${expected}.`);
}
