import { describe, expect, test } from "vitest";
import { parseOptions } from "../options/parse-options.ts";
import { parameterWarnings } from "./parameter-warnings.ts";
import type { StreamingParameters } from "./parameters.ts";

/** The warnings of `connect` with these parameters. */
function warningsOf(parameters: StreamingParameters): string[] {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  parseOptions({ sampleRate: 16_000, token: "t", onWarning, ...parameters }, { sendsHeaders: true });
  return warnings;
}

describe("parameters of Universal-3 on another model", () => {
  test.each([
    { prompt: "Names" },
    { agentContext: "What time?" },
    { previousContextNTurns: 0 },
    { continuousPartials: false },
    { interruptionDelay: 0 },
    { voiceFocus: "near-field" },
    { voiceFocusThreshold: 0 },
    { languageCodes: ["de"] },
  ])("%j is ignored there: one warning", (parameters) => {
    const name = Object.keys(parameters)[0];
    const ignored = `${name} is for Universal-3 models: universal-streaming-english ignores it.`;
    expect(warningsOf({ speechModel: "universal-streaming-english", ...parameters })).toEqual([ignored]);
    expect(warningsOf({ speechModel: "universal-3-5-pro", ...parameters })).toEqual([]);
    expect(warningsOf(parameters)).toEqual([]);
    expect(warningsOf({ speechModel: "next-year", ...parameters })).toEqual([]);
  });

  test.each(["universal-streaming-english", "universal-streaming-multilingual", "whisper-rt"])(
    "mode is refused by %s",
    (speechModel) => {
      expect(warningsOf({ speechModel, mode: "balanced" })).toEqual([
        `mode is for Universal-3 models: ${speechModel} rejects the session. Leave it out.`,
      ]);
    },
  );
});

describe("turn silences beside a mode", () => {
  test("override what the mode sets, each with a warning", () => {
    expect(warningsOf({ mode: "min_latency", minTurnSilence: 400, maxTurnSilence: 0 })).toEqual([
      'minTurnSilence overrides what mode "min_latency" sets for it. Pass only one of the two.',
      'maxTurnSilence overrides what mode "min_latency" sets for it. Pass only one of the two.',
    ]);
    expect(warningsOf({ mode: "min_latency" })).toEqual([]);
    expect(warningsOf({ minTurnSilence: 400 })).toEqual([]);
  });
});

describe("languages", () => {
  test("multi goes alone", () => {
    expect(warningsOf({ languageCodes: ["multi"] })).toEqual([]);
    expect(warningsOf({ languageCodes: ["en", "multi"] })).toEqual([
      'languageCodes has "multi" and other codes: the service accepts it only alone.',
    ]);
  });

  test("more than ten are too many for the service", () => {
    const languageCodes = ["en", "es", "de", "fr", "it", "pt", "tr", "nl", "sv", "no"];
    expect(warningsOf({ languageCodes })).toEqual([]);
    expect(warningsOf({ languageCodes: [...languageCodes, "da"] })).toEqual([
      "languageCodes has 11 codes: the service accepts at most 10.",
    ]);
  });
});

describe("a value that this version does not know", () => {
  test.each([
    [{ mode: "max-accuracy" }, 'mode: "max-accuracy" is not known to this version. Did you mean "max_accuracy"? '],
    [{ voiceFocus: "nearfield" }, 'voiceFocus: "nearfield" is not known to this version. Did you mean "near-field"? '],
    [{ redactPiiSub: "initials" }, 'redactPiiSub: "initials" is not known to this version. '],
    [{ redactPiiPolicies: ["person_name", "email"] }, 'redactPiiPolicies: "email" is not known to this version. '],
    [
      { redactPiiPolicies: ["phone-number"] },
      'redactPiiPolicies: "phone-number" is not known to this version. Did you mean "phone_number"? ',
    ],
  ])("%j is sent, with one warning", (parameters, warning) => {
    expect(warningsOf(parameters)).toEqual([`${warning}It is sent unchanged.`]);
  });
});

test("values of other types are no warnings: they are refused", () => {
  expect(parameterWarnings({ mode: 3, languageCodes: "en", redactPiiPolicies: null })).toEqual([]);
});
