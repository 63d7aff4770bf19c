import fc from "fast-check";
import { expect, test } from "vitest";
import { EmulatorError } from "../emulator-error.ts";
import { parseFaults } from "./fault-notation.ts";

test.each([
  ["connect:refuse=503", [{ when: "connect", do: { refuse: 503 } }]],
  [
    "audio=1200:drop,terminate:no-termination",
    [
      { when: { audioMs: 1_200 }, do: "drop" },
      { when: "terminate", do: "no-termination" },
    ],
  ],
  ["chance=0.01@7:reset", [{ when: { chance: 0.01, seed: 7 }, do: "reset" }]],
  ["chance=0.5:stall", [{ when: { chance: 0.5 }, do: "stall" }]],
  ["begin:drip=16@20", [{ when: "begin", do: { drip: 16, everyMs: 20 } }]],
  ["messages=20:stall=3000", [{ when: { messages: 20 }, do: { stall: 3_000 } }]],
  ["token:refuse=429", [{ when: "token", do: { refuse: 429 } }]],
  ["connect=0.3@7:refuse=503", [{ when: "connect", do: { refuse: 503 }, chance: 0.3, seed: 7 }]],
  ["final=0.5:drop", [{ when: "final", do: "drop", chance: 0.5 }]],
  ["open:refuse-used-token", [{ when: "open", do: "refuse-used-token" }]],
  ["audio=100:close=65535", [{ when: { audioMs: 100 }, do: { close: 65_535 } }]],
  [
    '[{"when":{"audioMs":100},"do":{"error":3005,"typed":false},"times":2},{"when":"begin","do":{"send":{"a":[1,2]}}}]',
    [
      { when: { audioMs: 100 }, do: { error: 3_005, typed: false }, times: 2 },
      { when: "begin", do: { send: { a: [1, 2] } } },
    ],
  ],
])("%s", (text, faults) => {
  expect(parseFaults(text)).toEqual(faults);
});

test.each([
  "",
  "drop",
  "audio=:drop",
  "audio=soon:drop",
  "begin:refuse=503",
  "open:close=1006",
  "lunch:drop",
  "lunch=1:drop",
  "connect=2:drop",
  "connect=often:drop",
  "open:drip=1@2@3",
  "a:b:c",
  "[",
  '[{"when":"open","do":{"close":1006}}]',
  '[{"when":"begin","do":"drop"},7]',
])("%j is refused with a reason", (text) => {
  expect(() => parseFaults(text)).toThrow(EmulatorError);
});

test("any text is parsed or refused", () => {
  const piece = fc.constantFrom(
    "audio",
    "=",
    "1",
    "@",
    ":",
    ",",
    "drop",
    "close",
    "connect",
    "__proto__",
    "x",
    "[",
    "]",
    '{"when":',
  );
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join("")),
      (text) => {
        try {
          parseFaults(text);
        } catch (error) {
          expect(error).toBeInstanceOf(EmulatorError);
        }
      },
    ),
  );
});
