import { describe, expect, test, vi } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";
import { ParameterChecks } from "./parameter-checks.ts";
import { parameterWarnings } from "./parameter-warnings.ts";
import type { StreamingParameters } from "./parameters.ts";

/** The warnings of a session with these parameters. */
async function warningsOf(...configurations: StreamingParameters[]): Promise<string[]> {
  const topics = new Set<string>();
  const checks = new ParameterChecks((topic) => void topics.add(topic));
  for (const parameters of configurations) await checks.check({ ...parameters });
  return [...topics];
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
  ])("%j is ignored there: one warning", async (parameters) => {
    const name = Object.keys(parameters)[0];
    const ignored = `${name} is for Universal-3 models: universal-streaming-english ignores it.`;
    expect(await warningsOf({ speechModel: "universal-streaming-english", ...parameters })).toEqual([ignored]);
    expect(await warningsOf({ speechModel: "universal-3-5-pro", ...parameters })).toEqual([]);
    expect(await warningsOf(parameters)).toEqual([]);
    expect(await warningsOf({ speechModel: "next-year", ...parameters })).toEqual([]);
  });

  test.each(["universal-streaming-english", "universal-streaming-multilingual", "whisper-rt"])(
    "mode is refused by %s",
    async (speechModel) => {
      expect(await warningsOf({ speechModel, mode: "balanced" })).toEqual([
        `mode is for Universal-3 models: ${speechModel} rejects the session. Leave it out.`,
      ]);
    },
  );
});

describe("turn silences beside a mode", () => {
  test("override what the mode sets, each with a warning", async () => {
    expect(await warningsOf({ mode: "min_latency", minTurnSilence: 400, maxTurnSilence: 0 })).toEqual([
      'minTurnSilence overrides what mode "min_latency" sets for it. Pass only one of the two.',
      'maxTurnSilence overrides what mode "min_latency" sets for it. Pass only one of the two.',
    ]);
    expect(await warningsOf({ mode: "min_latency" })).toEqual([]);
    expect(await warningsOf({ minTurnSilence: 400 })).toEqual([]);
  });
});

describe("languages", () => {
  test("multi goes alone", async () => {
    expect(await warningsOf({ languageCodes: ["multi"] })).toEqual([]);
    expect(await warningsOf({ languageCodes: ["en", "multi"] })).toEqual([
      'languageCodes has "multi" and other codes: the service accepts it only alone.',
    ]);
  });

  test("more than ten are too many for the service", async () => {
    const languageCodes = ["en", "es", "de", "fr", "it", "pt", "tr", "nl", "sv", "no"];
    expect(await warningsOf({ languageCodes })).toEqual([]);
    expect(await warningsOf({ languageCodes: [...languageCodes, "da"] })).toEqual([
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
  ])("%j is sent, with one warning", async (parameters, warning) => {
    expect(await warningsOf(parameters)).toEqual([`${warning}It is sent unchanged.`]);
  });
});

test("values of other types are no warnings: they are refused", () => {
  expect(parameterWarnings({ mode: 3, languageCodes: "en", redactPiiPolicies: null }, () => undefined)).toEqual([]);
});

test("connect and updateConfiguration give each warning once a session, a moment later", async () => {
  const warnings: string[] = [];
  const { platform } = scriptedPlatform(new FakeClock());
  const local = { apiHost: "ws://localhost", sampleRate: 8000, onWarning: (text: string) => void warnings.push(text) };
  const session = connect({ ...local, mode: "fast" }, platform);
  await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('mode: "fast" is not known')]), 60_000);
  session.updateConfiguration({ minTurnSilence: 400 });
  await vi.waitFor(
    () => expect(warnings.slice(1)).toEqual([expect.stringContaining("minTurnSilence overrides")]),
    60_000,
  );
  session.abort();
});
