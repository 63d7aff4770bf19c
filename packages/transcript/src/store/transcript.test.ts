import { describe, expect, it } from "vitest";
import { createTranscript } from "./transcript.ts";
import { finalTurn, u3Partial, usPartial } from "./turn.fixture.ts";

const begin = { type: "Begin", id: "a", expires_at: 1 };

function transcriptOf(...events: Parameters<ReturnType<typeof createTranscript>["push"]>[0][]) {
  const transcript = createTranscript();
  for (const event of events) transcript.push(event);
  return transcript;
}

const texts = (turns: readonly { readonly text: string }[]) => turns.map(({ text }) => text);

describe("the text of a partial", () => {
  it.each([
    [
      "the words that are not settled yet are in it",
      usPartial("the morning | train"),
      "the morning train",
      "the morning",
    ],
    ["nothing is settled yet", usPartial("| the"), "the", ""],
    ["everything is settled", usPartial("the morning |"), "the morning", "the morning"],
    ["it restates the whole turn", u3Partial("The morning train,"), "The morning train,", ""],
    [
      "it is formatted and its words are not",
      { ...usPartial("well hello | there"), transcript: "Well, hello" },
      "Well, hello there",
      "Well, hello",
    ],
    [
      "a word was masked in the transcript only",
      { ...usPartial("what the heck | is"), transcript: "what the ****" },
      "what the **** is",
      "what the",
    ],
    [
      "formatting has added an apostrophe and a hyphen",
      { ...usPartial("thats well known | to"), transcript: "That's well-known" },
      "That's well-known to",
      "That's well-known",
    ],
    ["the script has no spaces", { ...usPartial("你 好 | 世"), transcript: "你好" }, "你好世", "你好"],
    ["words are missing", { ...u3Partial("Hello there"), words: undefined }, "Hello there", ""],
    ["words are of no use", { ...u3Partial("Hello"), words: [null, 3, { text: 5 }, {}] }, "Hello", ""],
    ["the transcript is null", { ...usPartial("| hello"), transcript: null }, "hello", ""],
  ])("is all of it when %s", (_, event, text, stableText) => {
    const { partial, text: all } = transcriptOf(event).snapshot;
    expect(partial).toMatchObject({ text, stableText, isFinal: false });
    expect(all).toBe(text);
  });

  it("has no line break, control character or doubled space of the service's", () => {
    expect(transcriptOf(finalTurn("a\n\nb\u001b[2J  c\u2028d")).snapshot.text).toBe("a b [2J c d");
  });
});

describe("final turns", () => {
  it("take the place of their partials", () => {
    const { turns, partial } = transcriptOf(usPartial("hello | there"), finalTurn("Hello there.")).snapshot;
    expect(partial).toBeUndefined();
    expect(turns).toMatchObject([{ order: 0, text: "Hello there.", stableText: "Hello there.", isFinal: true }]);
  });

  it("have one form when an older service sends the unformatted one first", () => {
    const plain = finalTurn("hello there", { formatted: false });
    expect(texts(transcriptOf(plain).snapshot.turns)).toEqual(["hello there"]);
    expect(texts(transcriptOf(plain, finalTurn("Hello there.")).snapshot.turns)).toEqual(["Hello there."]);
    expect(texts(transcriptOf(finalTurn("Hello there."), plain).snapshot.turns)).toEqual(["Hello there."]);
  });

  it("are corrected by a later reading that is as well formatted", () => {
    const plain = (text: string) => finalTurn(text, { formatted: false });
    expect(texts(transcriptOf(plain("hello their"), plain("hello there")).snapshot.turns)).toEqual(["hello there"]);
    expect(texts(transcriptOf(finalTurn("Hello their."), finalTurn("Hello there.")).snapshot.turns)).toEqual([
      "Hello there.",
    ]);
  });

  it("vanish when they are empty, with the partial before", () => {
    const { turns, partial, text } = transcriptOf(usPartial("| um"), finalTurn("")).snapshot;
    expect({ turns, partial, text }).toEqual({ turns: [], partial: undefined, text: "" });
  });

  it("are in order when one comes late, and a late partial changes nothing", () => {
    const { turns } = transcriptOf(
      ...[finalTurn("one", { order: 0 }), finalTurn("three", { order: 2 }), finalTurn("two", { order: 1 })],
      u3Partial("tw", { order: 1 }),
    ).snapshot;
    expect(texts(turns)).toEqual(["one", "two", "three"]);
  });

  it.each([
    ["turn_order", Number.NaN],
    ["turn_order", "1"],
    ["turn_order", null],
  ])("are left out when %s is %j", (field, value) => {
    expect(transcriptOf({ ...finalTurn("x"), [field]: value }).snapshot.turns).toEqual([]);
  });

  it.each([
    ["a long vowel", ["コーヒー", "をください。"], "コーヒーをください。"],
    ["a repeated character", ["人々", "は"], "人々は"],
    ["a rare character", ["𠮷", "野家"], "𠮷野家"],
    ["a full-width mark", ["はい！", "ありがとう？", "はい"], "はい！ありがとう？はい"],
    ["Thai", ["สวัสดี", "ครับ"], "สวัสดีครับ"],
    ["Latin", ["コーヒー", "please", "を"], "コーヒー please を"],
  ])("are joined as their script is written: %s", (_, turns, text) => {
    const { snapshot } = transcriptOf(...turns.map((said, order) => finalTurn(said, { order })));
    expect(snapshot.text).toBe(text);
  });

  it("become final without an end when too many are open, and are then updated there", () => {
    const transcript = createTranscript();
    for (let order = 0; order < 40; order++) transcript.push(u3Partial("one", { order }));
    transcript.push(u3Partial("one two", { order: 0 }));
    const { turns, partials } = transcript.snapshot;
    expect([...turns, ...partials].map(({ order }) => order)).toEqual(Array.from({ length: 40 }, (_, order) => order));
    expect(turns[0]).toMatchObject({ text: "one two", isFinal: false });
  });

  it("have side fields only where the service sends them in the right type", () => {
    const labels = { language_code: "en", speaker_label: 3, channel: "agent" };
    const [turn] = transcriptOf({ ...finalTurn("x"), ...labels }).snapshot.turns;
    expect(turn).toMatchObject({ language: "en", speaker: undefined, channel: "agent" });
  });

  it("begin where the one before ended if they have no times", () => {
    const timeless = { ...finalTurn("b", { order: 1 }), words: [{ text: "b" }] };
    const [, turn] = transcriptOf(finalTurn("a", { start: 1000 }), timeless).snapshot.turns;
    expect(turn).toMatchObject({ start: 1250, end: 1250, words: [{ start: 1250, end: 1250 }] });
  });
});

describe("several channels", () => {
  it("each have an open turn, and the one heard last is the partial", () => {
    const agent = u3Partial("Good morning", { order: 0, channel: "agent" });
    const caller = u3Partial("Hello", { order: 1, channel: "caller" });
    const transcript = transcriptOf(agent, caller, u3Partial("Good morning to", { order: 0, channel: "agent" }));
    expect(texts(transcript.snapshot.partials)).toEqual(["Good morning to", "Hello"]);
    expect(transcript.snapshot.partial?.channel).toBe("agent");
    transcript.push(finalTurn("Good morning to you.", { order: 0, channel: "agent" }));
    expect(transcript.snapshot.partial?.text).toBe("Hello");
  });

  it("may begin one after the other in one session", () => {
    const transcript = transcriptOf({ ...begin, channel: "agent" }, finalTurn("One.", { order: 0, channel: "agent" }));
    transcript.push({ ...begin, channel: "caller" });
    transcript.push(finalTurn("Two.", { order: 1, channel: "caller" }));
    expect(transcript.snapshot.turns.map(({ order }) => order)).toEqual([0, 1]);
  });
});

describe("SpeakerRevision", () => {
  const words = [
    { text: "Thanks,", start: 0, end: 250, speaker: "A", word_is_final: true },
    { text: "bye.", start: 300, end: 550, speaker: "A", word_is_final: true },
  ];
  const said = { ...finalTurn("Thanks, bye."), words, speaker_label: "A" };
  const revision = {
    type: "SpeakerRevision",
    revisions: [{ turn_order: 0, speaker_label: "B", words: words.map((word) => ({ ...word, speaker: "B" })) }],
  };

  it("changes the speakers of a turn and of its words, and nothing else", () => {
    const { turns, speakers } = transcriptOf(said, revision).snapshot;
    expect(turns[0]).toMatchObject({
      speaker: "B",
      text: "Thanks, bye.",
      words: [{ speaker: "B", end: 250 }, { speaker: "B" }],
    });
    expect(speakers).toEqual(["B"]);
  });

  it("waits for its turn when it comes before it", () => {
    expect(transcriptOf(revision, said).snapshot.turns[0]).toMatchObject({ speaker: "B" });
  });

  it.each([{}, { revisions: null }, { revisions: [null, { turn_order: 0 }, { turn_order: 0, words: [null] }] }])(
    "changes nothing when it is %j",
    (fields) => {
      const transcript = transcriptOf(said);
      const before = transcript.snapshot;
      transcript.push({ type: "SpeakerRevision", ...fields });
      expect(transcript.snapshot).toBe(before);
    },
  );
});

it("LLMGatewayResponse is its turn's response, also when the formatted form comes later", () => {
  const answer = { type: "LLMGatewayResponse", turn_order: 0, transcript: "hi", data: { choices: [1] } };
  const plain = finalTurn("hi", { formatted: false });
  for (const events of [
    [plain, answer, finalTurn("Hi.")],
    [answer, plain, finalTurn("Hi.")],
  ])
    expect(transcriptOf(...events).snapshot.turns).toMatchObject([{ text: "Hi.", response: { choices: [1] } }]);
});

describe("lost audio", () => {
  it("is a gap behind the turn before it", () => {
    const lost = (ms: unknown) => ({ type: "Reconnected", lost_ms: ms });
    const { gaps } = transcriptOf(finalTurn("Hi.", { order: 0 }), lost(0), lost(1240), lost(null), lost(60)).snapshot;
    expect(gaps).toEqual([{ start: 250, lostMs: 1300, afterOrder: 0, channel: undefined }]);
  });

  it("at one place is one gap for each channel", () => {
    const lost = (channel: string) => ({ type: "Reconnected", lost_ms: 500, channel });
    const { gaps } = transcriptOf(lost("agent"), lost("caller"), lost("agent")).snapshot;
    expect(gaps.map(({ channel, lostMs }) => [channel, lostMs]).sort()).toEqual([
      ["agent", 1000],
      ["caller", 500],
    ]);
  });
});

describe("a session after another", () => {
  const first = [begin, finalTurn("One.", { order: 0 }), u3Partial("tw", { order: 1, start: 1000 })];

  it("has its turns and times behind those of the first, of which nothing is lost", () => {
    const { turns, partial } = transcriptOf(
      ...[...first, { type: "Termination", audio_duration_seconds: 5 }],
      ...[begin, finalTurn("Three.", { order: 0, start: 100 })],
    ).snapshot;
    expect(partial).toBeUndefined();
    expect(turns).toMatchObject([
      { order: 0, text: "One.", start: 0, isFinal: true },
      { order: 1, text: "tw", isFinal: false },
      { order: 2, text: "Three.", start: 5100, words: [{ start: 5100, end: 5350 }], isFinal: true },
    ]);
  });

  it("begins behind the last word when the first never said how long it was", () => {
    const { turns } = transcriptOf(...first, begin, finalTurn("Three.", { order: 0 })).snapshot;
    expect(turns[2]?.start).toBe(1250);
  });

  it("has words without times and lost audio behind the audio of the first", () => {
    const timeless = { ...finalTurn("Three."), words: [{ text: "Three." }] };
    const { turns, gaps } = transcriptOf(
      ...[begin, finalTurn("One."), { type: "Termination", audio_duration_seconds: 5 }],
      ...[begin, { type: "Reconnected", lost_ms: 700 }, timeless],
    ).snapshot;
    expect(turns[1]?.start).toBe(5000);
    expect(gaps[0]?.start).toBe(5000);
  });

  it("never changes a turn of the first, for any number that a turn has", () => {
    const { turns } = transcriptOf(
      ...[begin, finalTurn("One.")],
      ...[begin, finalTurn("Changed.", { order: -1 }), finalTurn("Two.")],
    ).snapshot;
    expect(texts(turns)).toEqual(["One.", "Two."]);
  });

  it("also begins when nobody saw the first begin", () => {
    const { turns } = transcriptOf(finalTurn("One."), begin, finalTurn("Two.")).snapshot;
    expect(texts(turns)).toEqual(["One.", "Two."]);
  });

  it("may be followed by a third, behind the audio of both", () => {
    const session = [begin, finalTurn("One."), { type: "Termination", audio_duration_seconds: 5 }];
    const { turns } = transcriptOf(...session, ...session, ...session).snapshot;
    expect(turns.map(({ start }) => start)).toEqual([0, 5000, 10_000]);
  });

  it("continues an earlier transcript", () => {
    const earlier = transcriptOf(...first).snapshot;
    const transcript = createTranscript({ from: earlier });
    expect(transcript.snapshot).toEqual(earlier);
    transcript.push(begin);
    transcript.push(finalTurn("Three.", { order: 0 }));
    expect(texts(transcript.snapshot.turns)).toEqual(["One.", "tw", "Three."]);
  });
});

describe("keep", () => {
  it("holds the newest turns and counts the others", () => {
    const transcript = createTranscript({ keep: 2 });
    for (let order = 0; order < 300; order++) transcript.push(finalTurn(`w${order}`, { order }));
    transcript.push(finalTurn("late", { order: 5 }));
    expect(texts(transcript.snapshot.turns)).toEqual(["w298", "w299"]);
    expect(transcript.snapshot).toMatchObject({ dropped: 298, text: "w298 w299" });
  });

  it.each([0, -1, 1.5, Number.NaN])("of %d is refused, with what to do", (keep) => {
    expect(() => createTranscript({ keep })).toThrow(/^keep is .* whole number of turns above 0/);
  });
});

describe("snapshots", () => {
  it("are the same object until something changes", () => {
    const transcript = transcriptOf(finalTurn("One.", { order: 0 }), u3Partial("Two", { order: 1 }));
    const before = transcript.snapshot;
    let calls = 0;
    transcript.subscribe(() => calls++);
    transcript.push({ type: "Heartbeat" });
    transcript.push(u3Partial("Two", { order: 1 }));
    transcript.push(finalTurn("One.", { order: 0 }));
    expect(transcript.snapshot).toBe(before);
    expect(calls).toBe(0);
  });

  it("share what did not change", () => {
    const transcript = transcriptOf(finalTurn("One.", { order: 0, speaker: "A" }), u3Partial("Two", { order: 1 }));
    const before = transcript.snapshot;
    const { turns, speakers, gaps } = before;
    transcript.push(u3Partial("Two three", { order: 1 }));
    const after = transcript.snapshot;
    expect(after).not.toBe(before);
    expect(after.turns).toBe(turns);
    expect(after.speakers).toBe(speakers);
    expect(after.gaps).toBe(gaps);
    expect(after.partial?.words[0]).toBe(before.partial?.words[0]);
    transcript.push(finalTurn("Two three.", { order: 1 }));
    expect(transcript.snapshot.turns[0]).toBe(turns[0]);
    expect(before.turns).toBe(turns);
    expect(texts(before.turns)).toEqual(["One."]);
  });

  it("cannot be changed", () => {
    const { snapshot } = transcriptOf(finalTurn("One."));
    const [turn] = snapshot.turns;
    for (const part of [snapshot, snapshot.turns, turn, turn?.words, turn?.words[0]])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it("become JSON, and survive structuredClone", () => {
    const { snapshot } = transcriptOf(finalTurn("One."));
    expect(JSON.parse(JSON.stringify(snapshot))).toMatchObject({ text: "One.", turns: [{ text: "One." }] });
    expect(structuredClone(snapshot).text).toBe("One.");
  });
});

describe("listeners", () => {
  it("are called after each change until they leave, also one that is subscribed twice", () => {
    const transcript = createTranscript();
    const seen: string[] = [];
    const listener = () => seen.push(transcript.snapshot.text);
    const leave = transcript.subscribe(listener);
    const leaveToo = transcript.subscribe(listener);
    transcript.push(finalTurn("One."));
    leave();
    transcript.push(finalTurn("Two.", { order: 1 }));
    leaveToo();
    transcript.push(finalTurn("Three.", { order: 2 }));
    expect(seen).toEqual(["One.", "One.", "One. Two."]);
  });

  it("that throw stop no other listener, and their error is reported as uncaught", async () => {
    const transcript = createTranscript();
    let called = false;
    const thrown = new Promise((resolve) => process.once("uncaughtException", resolve));
    const others = process.listeners("uncaughtException").slice(0, -1);
    for (const other of others) process.off("uncaughtException", other);
    transcript.subscribe(() => {
      throw new Error("mine");
    });
    transcript.subscribe(() => {
      called = true;
    });
    transcript.push(finalTurn("One."));
    expect(called).toBe(true);
    expect(await thrown).toMatchObject({ message: "mine" });
    for (const other of others) process.on("uncaughtException", other);
  });
});

it("sessions can be piped into it, one after another", async () => {
  const transcript = createTranscript();
  for (const text of ["One.", "Two."]) {
    const events = new ReadableStream({
      start(controller) {
        controller.enqueue(begin);
        controller.enqueue(finalTurn(text));
        controller.close();
      },
    });
    await events.pipeTo(transcript.writable);
  }
  expect(transcript.snapshot.text).toBe("One. Two.");
});
