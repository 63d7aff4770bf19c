import { describe, expect, it } from "vitest";
import { recording, recordings } from "../../test/recording.ts";
import type { TranscriptEvent } from "../store/event.ts";
import { finalTurn, u3Partial, usPartial } from "../store/turn.fixture.ts";
import { type Utterance, utterances } from "./utterances.ts";

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

async function heard(events: readonly TranscriptEvent[]): Promise<Utterance[]> {
  const all: Utterance[] = [];
  for await (const utterance of utterances(each(events))) all.push(utterance);
  return all;
}

const speechStarted = { type: "SpeechStarted", timestamp: 900 };

describe("an utterance", () => {
  it("starts with the first partial of Universal-Streaming", async () => {
    expect(
      await heard([usPartial("| hello", { start: 1000 }), usPartial("hello | there"), finalTurn("Hello there.")]),
    ).toEqual([
      { type: "started", start: 1000 },
      { type: "partial", text: "hello", stableText: "" },
      { type: "partial", text: "hello there", stableText: "hello" },
      { type: "final", text: "Hello there." },
    ]);
  });

  it("starts with SpeechStarted of later models, and once", async () => {
    const events = [speechStarted, speechStarted, u3Partial("Hello"), u3Partial("Hello"), finalTurn("Hello.")];
    expect(await heard(events)).toEqual([
      { type: "started", start: 900 },
      { type: "partial", text: "Hello", stableText: "" },
      { type: "final", text: "Hello." },
    ]);
  });

  it("has one final when an older service sends the turn twice", async () => {
    const events = [finalTurn("hello", { formatted: false }), finalTurn("Hello."), finalTurn("Bye.", { order: 1 })];
    const finals = (await heard(events)).filter(({ type }) => type === "final");
    expect(finals).toEqual([
      { type: "final", text: "hello" },
      { type: "final", text: "Bye." },
    ]);
  });

  it("ends with an empty final when the speech was none, and an empty turn without speech is nothing", async () => {
    expect(await heard([speechStarted, finalTurn("")])).toEqual([
      { type: "started", start: 900 },
      { type: "final", text: "" },
    ]);
    expect(await heard([finalTurn("")])).toEqual([]);
  });

  it("ends with what was heard when the session ends first", async () => {
    expect((await heard([u3Partial("Hello")])).at(-1)).toEqual({ type: "final", text: "Hello" });
  });
});

it.each(recordings)("every start has one final on the recogniser's events, %s", async (name) => {
  const types = (await heard(recording(name).map(({ event }) => event))).map(({ type }) => type);
  const turns = recording(name).filter(({ event }) => event.end_of_turn === true).length;
  expect(types.filter((type) => type !== "partial").join(" ")).toBe(Array(turns).fill("started final").join(" "));
});

describe("interruptions", () => {
  it("are reported once each time that the agent speaks", async () => {
    const user = utterances(
      each([
        speechStarted,
        u3Partial("Stop"),
        u3Partial("Stop it"),
        finalTurn("Stop it."),
        u3Partial("Now", { order: 1 }),
      ]),
    );
    const seen: string[] = [];
    user.speaking = true;
    for await (const { type } of user) {
      seen.push(type);
      if (type === "interrupted") user.speaking = false;
      if (type === "final" && !seen.includes("again")) {
        seen.push("again");
        user.speaking = true;
      }
    }
    expect(seen.join(" ")).toBe("started interrupted partial partial final again started interrupted partial final");
  });

  it("are reported when the agent begins while the user speaks on, and not while it is silent", async () => {
    const user = utterances(each([u3Partial("I"), u3Partial("I think"), u3Partial("I think so")]));
    const seen: string[] = [];
    for await (const heard of user) {
      seen.push(heard.type);
      if (heard.type === "partial" && heard.text === "I") user.speaking = true;
    }
    expect(seen).toEqual(["started", "partial", "interrupted", "partial", "partial", "final"]);
  });
});

it("leaving the loop ends the session's events", async () => {
  let ended = false;
  const events = (async function* () {
    try {
      yield* [u3Partial("One"), finalTurn("One.")];
    } finally {
      ended = true;
    }
  })();
  for await (const _ of utterances(events)) break;
  expect(ended).toBe(true);
});
