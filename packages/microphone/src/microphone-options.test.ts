import { expect, test } from "vitest";
import { checkOptions } from "./microphone-options.ts";

test("the defaults: 16 kHz, 30 s, the worklet beside the module", () => {
  const settings = checkOptions({});
  expect(settings).toMatchObject({ sampleRate: 16_000, audioBuffer: 30_000 });
  expect(String(settings.workletUrl)).toMatch(/\/worklet\.js$/);
});

test.each([
  [{ sampleRate: 7_999 }, "sampleRate 7999"],
  [{ sampleRate: 16_000.5 }, "sampleRate 16000.5"],
  [{ audioBuffer: Number.NaN }, "audioBuffer NaN"],
])("%o is refused by name", (options, named) => {
  expect(() => checkOptions(options)).toThrow(named);
});
