import fc from "fast-check";
import { expect, it } from "vitest";
import { dialogue, transcriptOf } from "../../test/dialogue.ts";
import { createTranscript } from "../store/transcript.ts";
import { finalTurn, u3Partial } from "../store/turn.fixture.ts";
import { fromJson, toJson } from "./json.ts";
import { toText } from "./text.ts";

const transcript = createTranscript({ keep: 2 });
for (const event of [
  ...[0, 1, 2].map((order) => finalTurn(`Turn ${order}.`, { order, start: 1000 * order, speaker: "A" })),
  { type: "LLMGatewayResponse", turn_order: 1, data: { choices: [] } },
  { type: "Reconnected", lost_ms: 700 },
  u3Partial("And", { order: 3, channel: "agent" }),
  u3Partial("Hm", { order: 4, channel: "caller" }),
  u3Partial("And so", { order: 3, channel: "agent" }),
])
  transcript.push(event);

it("gives the same transcript back, also as text and after a reload", () => {
  const { snapshot } = transcript;
  expect(fromJson(toJson(snapshot))).toEqual(snapshot);
  const read = fromJson(JSON.parse(JSON.stringify(toJson(snapshot))));
  expect(read).toEqual(snapshot);
  expect(read.partial?.order).toBe(3);
  expect(createTranscript({ from: read }).snapshot).toEqual(snapshot);
});

it("gives any dialogue back", () => {
  fc.assert(
    fc.property(dialogue, (lines) => {
      const snapshot = transcriptOf(lines);
      expect(fromJson(JSON.parse(JSON.stringify(toJson(snapshot))))).toEqual(snapshot);
    }),
    { numRuns: 30 },
  );
});

it.each([
  [null, /version is undefined/],
  ["x", /version is undefined/],
  [{ version: 2 }, /version is 2/],
  [{ version: 1 }, /turns is undefined/],
  [{ version: 1, turns: [{ order: "1" }], partials: [], gaps: [], dropped: 0 }, /order is "1"/],
  [{ ...toJson(transcript.snapshot), turns: [...transcript.snapshot.turns].reverse() }, /after a higher one/],
])("refuses %j, and says what to pass", (json, message) => {
  expect(() => fromJson(json)).toThrow(message);
  expect(() => fromJson(json)).toThrow(
    expect.objectContaining({
      code: "invalid-transcript",
      message: expect.stringMatching(/Pass what toJson returned\.$/),
    }),
  );
});

it("as text, each turn is a line after its speaker, and lost audio is visible where it is", () => {
  expect(toText(transcript.snapshot)).toBe(
    "A: Turn 1.\nA: Turn 2.\n[0.7 s of audio lost]\nagent: And so\ncaller: Hm\n",
  );
  expect(toText(transcript.snapshot, { name: () => "", gap: () => "" })).toBe("Turn 1.\nTurn 2.\nAnd so\nHm\n");
  expect(toText(createTranscript().snapshot)).toBe("");
});
