import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countRules } from "../../test/cue-rules.ts";
import { dialogue, everydayDialogue, transcriptOf } from "../../test/dialogue.ts";
import { createTranscript } from "../store/transcript.ts";
import { finalTurn } from "../store/turn.fixture.ts";
import { cuesOf } from "./cues.ts";

function cues(...events: Parameters<ReturnType<typeof createTranscript>["push"]>[0][]) {
  const transcript = createTranscript();
  for (const event of events) transcript.push(event);
  return cuesOf(transcript.snapshot, {}, false);
}

const linesOf = (list: ReturnType<typeof cues>) => list.map(({ lines }) => lines.join("|"));

function word(text: string, start?: number, end?: number, speaker?: string) {
  return { text, start, end, speaker, word_is_final: true };
}

describe("cues keep the rules of subtitles", () => {
  it("in any dialogue: two lines of 42 characters, 1 to 7 s, 17 characters a second, unless the next cue is due", () => {
    fc.assert(
      fc.property(dialogue, fc.boolean(), (lines, withNames) => {
        const snapshot = transcriptOf(lines);
        const list = cuesOf(snapshot, {}, withNames);
        for (const [rule, { broken }] of Object.entries(countRules(list)))
          expect({ rule, broken }).toEqual({ rule, broken: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it("in any dialogue: every character that was said is in them, in order, channel by channel", () => {
    const bare = (text: string) => text.replace(/\s/g, "");
    fc.assert(
      fc.property(dialogue, (lines) => {
        const snapshot = transcriptOf(lines);
        const list = cuesOf(snapshot, {}, false);
        for (const channel of [undefined, "agent", "caller"]) {
          const said = snapshot.turns.filter((turn) => turn.channel === channel).map(({ text }) => text);
          const shown = list.filter((cue) => cue.channel === channel).flatMap(({ lines }) => lines);
          expect(bare(shown.join(""))).toBe(bare(said.join("")));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("in an everyday dialogue nearly always, and most end at a sentence or a clause", () => {
    const list = cuesOf(transcriptOf(everydayDialogue(200)), {}, false);
    const counts = countRules(list);
    expect(list.length).toBeGreaterThan(200);
    expect((counts["at least 1 s"]?.noRoom ?? 0) / list.length).toBeLessThan(0.01);
    expect((counts["at most 17 characters a second"]?.noRoom ?? 0) / list.length).toBeLessThan(0.2);
    const atClauses = list.filter(({ lines }) => /[.?,]$/.test(lines.at(-1) ?? "")).length;
    expect(atClauses / list.length).toBeGreaterThan(0.8);
  });
});

describe("a cue ends", () => {
  it("with its sentence, and a line with its clause", () => {
    const text =
      "When the train was late again, we walked along the river. There was a market in the old town on that day.";
    expect(linesOf(cues(finalTurn(text)))).toEqual([
      "When the train was late again,|we walked along the river.",
      "There was a market|in the old town on that day.",
    ]);
  });

  it("at a long pause, and when another speaker takes over within a turn", () => {
    const words = [word("Well", 0, 300, "A"), word("then", 3000, 3300, "A"), word("Yes.", 3400, 3700, "B")];
    expect(linesOf(cues({ ...finalTurn("Well then Yes."), words }))).toEqual(["Well", "then", "Yes."]);
  });

  it("not where the service cuts a speaker's turn in mid-phrase", () => {
    const list = cues(finalTurn("I went to the"), finalTurn("market today.", { order: 1, start: 1200 }));
    expect(linesOf(list)).toEqual(["I went to the market today."]);
  });

  it("separately for channels that speak at once", () => {
    const list = cues(
      finalTurn("Good morning to you.", { channel: "agent" }),
      finalTurn("Hello.", { order: 1, start: 300, channel: "caller" }),
    );
    expect(list).toMatchObject([
      { channel: "agent", start: 0, lines: ["Good morning to you."] },
      { channel: "caller", start: 300, lines: ["Hello."] },
    ]);
    expect(list[0]?.end).toBeGreaterThan(list[1]?.start ?? 0);
  });
});

describe("times", () => {
  it("leave out the silence that the service gives to a turn's first and last words", () => {
    const words = [word("Hello", 0, 1300), word("there", 1300, 1600), word("friends.", 1650, 3400)];
    const [cue] = cues({ ...finalTurn("Hello there friends."), words });
    expect(cue?.start).toBeGreaterThanOrEqual(600);
    expect(cue?.end).toBeLessThanOrEqual(2600);
  });

  it("are spread over words that have none", () => {
    const words = [word("one", 0, 400), word("two"), word("three"), word("four", 900, 1200)];
    const list = cues({ ...finalTurn("one two three four"), words });
    expect(list).toMatchObject([{ start: 0, lines: ["one two three four"] }]);
    const [whole] = cues({ ...finalTurn("no times at all"), words: [] });
    expect(whole).toMatchObject({ start: 0, end: 1000, lines: ["no times at all"] });
  });

  it("follow the text when it has other words than the service's words", () => {
    const list = cues({
      ...finalTurn("It costs $5."),
      words: [word("it", 0, 300), word("costs", 300, 600), word("five", 600, 900)],
    });
    expect(list).toMatchObject([{ start: 0, lines: ["It costs $5."] }]);
  });
});

it("text without spaces is split between characters, and graphemes stay whole", () => {
  const chinese = "今天我们要讨论三件事情，".repeat(8);
  const list = cues({ ...finalTurn(chinese), words: [word(chinese, 0, 20_000)] });
  expect(linesOf(list).join("").replaceAll("|", "")).toBe(chinese);
  expect(list.length).toBeGreaterThan(1);
  const family = "👩‍👩‍👧‍👦".repeat(10);
  for (const line of cues({ ...finalTurn(family), words: [] }).flatMap(({ lines }) => lines))
    expect(line.length % "👩‍👩‍👧‍👦".length).toBe(0);
});

it("lost audio is a cue of its own", () => {
  const list = cues(
    finalTurn("Hello."),
    { type: "Reconnected", lost_ms: 2400 },
    finalTurn("Bye.", { order: 1, start: 4000 }),
  );
  expect(list).toMatchObject([{ lines: ["Hello."] }, { lines: ["[2.4 s of audio lost]"] }, { lines: ["Bye."] }]);
});

it("an empty transcript has no cues", () => {
  expect(cues()).toEqual([]);
});
