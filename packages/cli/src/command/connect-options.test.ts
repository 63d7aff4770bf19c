import { expect, it } from "vitest";
import { connectOptions } from "./connect-options.ts";

const options = {
  source: "talk.wav",
  channels: [],
  local: false,
  languages: [],
  keyterms: [],
  formatTurns: true,
  parameters: {},
  realtime: false,
  json: false,
  quiet: false,
};
const audio = { encoding: "pcm_s16le", sampleRate: 16_000 } as const;

it("leaves to the service what was not asked for", () => {
  const { formatTurns, encoding, sampleRate, extraParams, ...rest } = connectOptions(options, audio);
  expect({ formatTurns, encoding, sampleRate, extraParams }).toEqual({ formatTurns: true, ...audio, extraParams: {} });
  expect(Object.values(rest).filter((value) => value !== undefined)).toEqual([]);
});

it("passes on what was", () => {
  const asked = {
    languages: ["en", "de"],
    keyterms: ["Byrne"],
    speechModel: "u3-rt-pro",
    parameters: { mode: "balanced" },
  };
  expect(connectOptions({ ...options, ...asked }, audio)).toMatchObject({
    languageCodes: ["en", "de"],
    keytermsPrompt: ["Byrne"],
    speechModel: "u3-rt-pro",
    extraParams: { mode: "balanced" },
  });
});

it("sends no faster than it was spoken where that was asked for, and no faster than is recognised on this machine", () => {
  expect(connectOptions({ ...options, realtime: true, local: true }, audio).pace).toEqual({ rate: 1, burst: 0 });
  expect(connectOptions({ ...options, local: true }, audio).pace).toMatchObject({ rate: expect.any(Number) });
});
