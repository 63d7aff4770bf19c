import { describe, expect, test } from "vitest";
import type { ConnectOptions } from "./options.ts";
import { parseOptions } from "./parse-options.ts";

/** What `connect` says of a value that does not fit. */
function refusal(options: object): string {
  try {
    parseOptions({ token: "t", sampleRate: 8000, ...options } as ConnectOptions, { sendsHeaders: false });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

describe("a value of the wrong type or size says what is expected", () => {
  test.each([
    [{ formatTurns: "true" }, 'formatTurns: "true" is not valid. Expected true or false.'],
    [{ speechModel: 3 }, "speechModel: 3 is not valid. Expected a string."],
    [{ maxTurnSilence: 0.5 }, "maxTurnSilence: 0.5 is not valid. Expected a whole number."],
    [{ vadThreshold: 2 }, "vadThreshold: 2 is not valid. Expected a number from 0 to 1."],
    [{ vadThreshold: Number.NaN }, "vadThreshold: NaN is not valid. Expected a number from 0 to 1."],
    [{ maxSpeakers: 1.5 }, "maxSpeakers: 1.5 is not valid. Expected a whole number from 1 to 10."],
    [{ keytermsPrompt: ["a", 5] }, 'keytermsPrompt: ["a",5] is not valid. Expected a list of at most 100 strings.'],
    [{ languageCodes: "en" }, 'languageCodes: "en" is not valid. Expected a list of strings.'],
    [{ agentContext: [] }, "agentContext: [] is not valid. Expected a string of at most 1750 characters."],
    [{ pace: { rate: 0 } }, "pace.rate: 0 is not valid. Expected a number of at least 0.01."],
    [{ extraParams: 1 }, "extraParams: 1 is not valid. Expected an object."],
  ])("%j", (options, message) => {
    expect(refusal(options)).toBe(message);
  });

  test.each([
    { model: "m", messages: [{ role: "user", content: 1 }], max_tokens: 5 },
    { model: "m", messages: [null], max_tokens: 5 },
    { model: "m", messages: "hello", max_tokens: 5 },
    { model: "m", messages: [] },
    { messages: [], max_tokens: 5 },
    [],
    null,
  ])("llmGateway: %j", (llmGateway) => {
    expect(refusal({ llmGateway })).toMatch(
      /^llmGateway: .* is not valid\. Expected \{ model, messages: \[\{ role, content \}\], max_tokens \}/,
    );
  });
});

test("values that fit are accepted, at both ends of a range", () => {
  const llmGateway = { model: "m", messages: [{ role: "user", content: "hello" }], max_tokens: 5, new_field: true };
  for (const options of [
    { vadThreshold: 0 },
    { vadThreshold: 1 },
    { maxSpeakers: 10 },
    { frameDuration: 50 },
    { keytermsPrompt: [] },
    { agentContext: "" },
    { maxTurnSilence: -1 },
    { llmGateway },
  ])
    expect(refusal(options)).toBe("");
});
