import { describe, expect, it } from "vitest";
import { turn, word } from "../output/turn.fixture.ts";
import { partialText, turnStart, turnText } from "./transcript-line.ts";

describe("partialText", () => {
  it("adds the word that is still growing where the transcript leaves it out", () => {
    const words = [word("my", 0), word("name", 300), word("is", 500), word("Son", 700, false)];
    expect(partialText(turn({ transcript: "my name is", words }))).toBe("my name is Son");
  });

  it("shows a transcript that restates the whole turn as it is", () => {
    const words = [word("harbor", 0, false), word("point", 400, false)];
    expect(partialText(turn({ transcript: "Harbor point,", words }))).toBe("Harbor point,");
    expect(partialText(turn({ transcript: "港です", words: [word("港", 0, false), word("です", 1, false)] }))).toBe(
      "港です",
    );
  });

  it("shows the only word there is", () => {
    expect(partialText(turn({ transcript: "", words: [word("So", 0, false)] }))).toBe("So");
    expect(partialText(turn({ transcript: "", words: [] }))).toBe("");
  });
});

describe("turnText", () => {
  it("names the speaker where the service does", () => {
    expect(turnText(turn({ transcript: "Thanks.", speaker_label: "B" }))).toBe("B: Thanks.");
    expect(turnText(turn({ transcript: "Thanks.", speaker_label: null }))).toBe("Thanks.");
  });

  it("lets no control character through, neither of the words nor of the speaker", () => {
    const foreign = turn({ transcript: "a\x1b[2Jb\u009bc\u202ed", speaker_label: "B\u2066\x9b" });
    expect(turnText(foreign)).toBe("B: a [2Jb cd");
    expect(partialText({ ...foreign, words: [] })).toBe("B: a [2Jb cd");
  });
});

describe("turnStart", () => {
  it("is where the first word begins, and 0 without words", () => {
    expect(turnStart(turn({ transcript: "a", words: [word("a", 1200)] }))).toBe(1200);
    expect(turnStart(turn({ transcript: "", words: [] }))).toBe(0);
  });
});
