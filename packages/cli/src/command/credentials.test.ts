import { expect, it } from "vitest";
import { findCredentials } from "./credentials.ts";

it("takes the token before the key in the environment", () => {
  expect(findCredentials("t1", { ASSEMBLYAI_API_KEY: "k1" })).toEqual({ token: "t1" });
  expect(findCredentials(undefined, { ASSEMBLYAI_API_KEY: " k1\n" })).toEqual({ apiKey: "k1" });
});

it("says what to do where there is neither", () => {
  expect(() => findCredentials(undefined, { ASSEMBLYAI_API_KEY: " " })).toThrow(/Set ASSEMBLYAI_API_KEY, .* --local/);
});
