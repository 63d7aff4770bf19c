import fc from "fast-check";
import { expect, it } from "vitest";
import type { TranscriptEvent } from "./event.ts";
import { createTranscript } from "./transcript.ts";
import { finalTurn, u3Partial, usPartial } from "./turn.fixture.ts";

/** What a transcript must hold, by the plainest means: it is computed from all events, each time. */
function model(events: readonly TranscriptEvent[], keep: number) {
  const finals = new Map<number, { text: string; formatted: boolean; response?: unknown }>();
  const open = new Map<number, string>();
  const answers = new Map<number, unknown>();
  let dropped = 0;
  let lowest = -1;
  for (const event of events) {
    const order = Number(event.turn_order);
    if (order <= lowest) continue;
    const known = finals.get(order);
    if (event.type === "LLMGatewayResponse") answers.set(order, event.data);
    else if (event.end_of_turn === false) {
      if (!known) open.set(order, wholeText(event));
    } else if (!(known?.formatted && !event.turn_is_formatted)) {
      open.delete(order);
      if (event.transcript !== "")
        finals.set(order, { text: String(event.transcript), formatted: event.turn_is_formatted === true });
    }
    while (finals.size > keep) {
      lowest = Math.min(...finals.keys());
      finals.delete(lowest);
      dropped++;
    }
  }
  const sorted = [...finals].sort(([a], [b]) => a - b);
  return {
    turns: sorted.map(([order, { text }]) => ({ order, text, response: answers.get(order) })),
    partials: [...open].sort(([a], [b]) => a - b).map(([order, text]) => ({ order, text })),
    dropped,
  };
}

function wholeText({ words }: TranscriptEvent): string {
  return Array.isArray(words) ? words.map(({ text }) => text).join(" ") : "";
}

const word = fc.constantFrom("the", "morning", "train", "was", "late");
const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
const order = fc.nat({ max: 6 });
const event: fc.Arbitrary<TranscriptEvent> = fc.oneof(
  fc.tuple(text, text, order).map(([settled, rest, order]) => usPartial(`${settled} | ${rest}`, { order })),
  fc.tuple(text, order).map(([text, order]) => u3Partial(text, { order })),
  fc
    .tuple(fc.oneof(text, fc.constant("")), order, fc.boolean())
    .map(([text, order, formatted]) => finalTurn(text, { order, formatted })),
  fc.tuple(order, fc.nat()).map(([order, data]) => ({ type: "LLMGatewayResponse", turn_order: order, data })),
);

it("holds what the events say, however they are ordered", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (events, keep) => {
      const transcript = createTranscript({ keep });
      for (const event of events) transcript.push(event);
      const { turns, partials, dropped, text } = transcript.snapshot;
      const expected = model(events, keep);
      expect({
        turns: turns.map(({ order, text, response }) => ({ order, text, response })),
        partials: partials.map(({ order, text }) => ({ order, text })),
        dropped,
      }).toEqual(expected);
      expect(text).toBe([...turns, ...partials].map((turn) => turn.text).join(" "));
    }),
    { numRuns: 500 },
  );
});

it("leaves every earlier snapshot as it was, and keeps the objects of what did not change", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 25 }), (events) => {
      const transcript = createTranscript();
      const seen = [];
      for (const event of events) {
        const before = transcript.snapshot;
        seen.push({ snapshot: before, copy: structuredClone(before) });
        transcript.push(event);
        const after = transcript.snapshot;
        const same = JSON.stringify(after) === JSON.stringify(before);
        expect(after === before).toBe(same && after.partial === before.partial);
        for (const turn of after.turns.filter((turn) => turn.order !== event.turn_order))
          expect(before.turns).toContain(turn);
      }
      for (const { snapshot, copy } of seen) expect(snapshot).toEqual(copy);
    }),
    { numRuns: 200 },
  );
});

it("keeps the stable text in front of the text, and in every later reading that only adds words", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 10 }), (words) => {
      const transcript = createTranscript();
      let stable = "";
      for (let settled = 0; settled < words.length; settled++) {
        transcript.push(usPartial(`${words.slice(0, settled).join(" ")} | ${words[settled]}`));
        const { partial } = transcript.snapshot;
        expect(partial?.text).toBe(words.slice(0, settled + 1).join(" "));
        expect(partial?.stableText).toBe(words.slice(0, settled).join(" "));
        expect(partial?.text.startsWith(stable)).toBe(true);
        stable = partial?.stableText ?? "";
      }
    }),
  );
});

it("has all turns at any length, in order, however they arrived", () => {
  const orders = fc.shuffledSubarray(
    Array.from({ length: 700 }, (_, i) => i),
    { minLength: 300 },
  );
  fc.assert(
    fc.property(orders, (orders) => {
      const transcript = createTranscript();
      for (const order of orders) transcript.push(finalTurn(`w${order}`, { order }));
      const sorted = [...orders].sort((a, b) => a - b);
      expect(transcript.snapshot.turns.map((turn) => turn.order)).toEqual(sorted);
      expect(transcript.snapshot.text).toBe(sorted.map((order) => `w${order}`).join(" "));
    }),
    { numRuns: 10 },
  );
});
