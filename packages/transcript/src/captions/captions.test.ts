import { describe, expect, it } from "vitest";
import { measureFlicker } from "../../test/flicker.ts";
import { recording, recordings } from "../../test/recording.ts";
import type { TranscriptEvent } from "../store/event.ts";
import { finalTurn, u3Partial, usPartial } from "../store/turn.fixture.ts";
import { type CaptionOptions, captions } from "./captions.ts";
import type { CaptionUpdate } from "./shown-turn.ts";

async function captionsOf(events: readonly TranscriptEvent[], options?: CaptionOptions): Promise<CaptionUpdate[]> {
  const updates: CaptionUpdate[] = [];
  const source = new ReadableStream<TranscriptEvent>({
    start(controller) {
      for (const event of events) controller.enqueue(event);
      controller.close();
    },
  });
  for await (const update of source.pipeThrough(captions(options))) updates.push(update);
  return updates;
}

const texts = (updates: readonly CaptionUpdate[]) => updates.map(({ text }) => text);

describe("words that may still change", () => {
  it("are held back until the service settles them", async () => {
    const updates = await captionsOf([usPartial("| the"), usPartial("the | morning"), finalTurn("The morning.")]);
    expect(texts(updates)).toEqual(["the", "the morning."]);
  });

  it("are held back until two readings agree, where the service settles none before the end", async () => {
    const readings = ["So we won't.", "So we walked a lot.", "So we walked along the river."].map((text) =>
      u3Partial(text),
    );
    expect(texts(await captionsOf(readings))).toEqual(["So we", "So we walked"]);
  });

  it("are shown at once and marked with `provisional`", async () => {
    const [first, second] = await captionsOf([usPartial("| the"), usPartial("the | morning")], { provisional: true });
    expect(first).toMatchObject({ text: "the", stableText: "" });
    expect(second).toMatchObject({ text: "the morning", stableText: "the" });
  });

  it("are corrected at the end of the turn if they were wrong", async () => {
    const updates = await captionsOf([usPartial("we walk |"), finalTurn("We walked.")]);
    expect(texts(updates)).toEqual(["we walk", "we walked."]);
  });

  it("get their case and punctuation corrected only with `restyle`", async () => {
    const events = [usPartial("well hello |"), finalTurn("Well, hello there.")];
    expect(texts(await captionsOf(events))).toEqual(["well hello", "well hello there."]);
    expect(texts(await captionsOf(events, { restyle: true }))).toEqual(["well hello", "Well, hello there."]);
  });
});

describe("cues", () => {
  const long =
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen";

  it("have at most two lines of 42 characters, and their words never move while others follow", async () => {
    const words = long.split(" ");
    const updates = await captionsOf(words.map((_, i) => usPartial(`${words.slice(0, i + 1).join(" ")} |`)));
    const shown = new Map<string, string>();
    for (const { id, text } of updates) {
      expect(text.startsWith(shown.get(id) ?? "")).toBe(true);
      shown.set(id, text);
      expect(text.split("\n").length).toBeLessThanOrEqual(2);
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(42);
    }
    expect([...shown.values()].join(" ").replaceAll("\n", " ")).toBe(long);
    expect(shown.size).toBe(2);
  });

  it("are for one speaker", async () => {
    const turn = finalTurn("Ready? Yes.");
    const words = [
      { text: "Ready?", start: 0, end: 250, speaker: "A" },
      { text: "Yes.", start: 300, end: 550, speaker: "B" },
    ];
    const updates = await captionsOf([{ ...turn, words }]);
    expect(updates).toMatchObject([
      { id: "0.0", text: "Ready?", speaker: "A" },
      { id: "0.1", text: "Yes.", speaker: "B" },
    ]);
  });

  it("are removed when their turn turns out to be empty", async () => {
    const updates = await captionsOf([usPartial("um |"), finalTurn("")]);
    expect(updates).toMatchObject([{ text: "um" }, { id: "0.0", text: "", isFinal: true }]);
  });

  it("last from one to seven seconds", async () => {
    const updates = await captionsOf([usPartial("hello |"), finalTurn("Hello.")]);
    expect(updates.map(({ start, end }) => end - start)).toEqual([7000, 1000]);
  });

  it("of a second session follow those of the first", async () => {
    const begin = { type: "Begin" };
    const updates = await captionsOf([begin, finalTurn("One."), begin, finalTurn("Two.")]);
    expect(updates).toMatchObject([
      { id: "0.0", text: "One." },
      { id: "1.0", text: "Two.", start: 250 },
    ]);
  });
});

it.each([0, 1.5, Number.NaN])("an agreement of %d readings is refused, with what to do", (agreement) => {
  expect(() => captions({ agreement })).toThrow(/^agreement is .* whole number of readings above 0/);
});

describe.each(recordings)("on the recogniser's partials, %s", (name) => {
  it("at most 2 words a minute are rewritten by default, within 1.7 s of being said on average", async () => {
    const { rewrittenAMinute, meanDelay } = await measureFlicker(recording(name));
    expect(rewrittenAMinute).toBeLessThanOrEqual(2);
    expect(meanDelay).toBeLessThan(1700);
  });

  it("all that was said is shown in the end, in either way", async () => {
    const finals = recording(name).flatMap(({ event }) => (event.end_of_turn === true ? String(event.transcript) : []));
    const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N} '-]/gu, "");
    for (const provisional of [false, true]) {
      const { texts } = await measureFlicker(recording(name), { provisional });
      expect(bare(texts.join(" "))).toBe(bare(finals.join(" ")));
    }
  });

  it("words appear sooner and are rewritten more often with `provisional`", async () => {
    const held = await measureFlicker(recording(name));
    const provisional = await measureFlicker(recording(name), { provisional: true });
    expect(provisional.rewrittenAMinute).toBeGreaterThan(held.rewrittenAMinute);
    expect(provisional.meanDelay).toBeLessThan(held.meanDelay);
  });
});
