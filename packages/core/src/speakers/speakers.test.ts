import { describe, expect, test } from "vitest";
import { final, turn } from "../../test/messages.ts";
import type { SpeakerRevisionEvent, TurnEvent, Word } from "../protocol/messages.ts";
import { Timeline } from "../session/timeline.ts";
import { Speakers } from "./speakers.ts";

const wordMs = 300;

/** One word for each letter of `voices`, numbered from `first`, from `atMs` on: the letter is its speaker. */
function said(voices: string, first: number, atMs: number): Word[] {
  return [...voices].map((speaker, index) => {
    const start = atMs + index * wordMs;
    return { start, end: start + 250, text: `word${first + index}`, confidence: 1, word_is_final: true, speaker };
  });
}

function saidBy(order: number, words: Word[], more: Partial<TurnEvent> = {}): TurnEvent {
  return final(order, { turn_is_formatted: true, transcript: "words", words, ...more });
}

/** A session whose first connection heard these voices; then a connection that starts where the session wants it to. */
function reconnected(voices: string) {
  const speakers = new Speakers();
  const timeline = new Timeline();
  const first = speakers.timeline(timeline, 0, 0);
  first.sent(60_000, 0);
  first.admit(saidBy(0, said(voices, 0, 0)));
  const settledMs = timeline.settledMs;
  const startMs = Math.max(0, speakers.fromMs(settledMs));
  const second = speakers.timeline(timeline, startMs, settledMs, settledMs);
  second.sent(60_000, 0);
  /** What the new connection reads, from the word of this number on, and the labels that the session shows. */
  const read = (order: number, labels: string, from: number, more: Partial<TurnEvent> = {}) => {
    const event = saidBy(order, said(labels, from, from * wordMs - startMs), more);
    return second.admit(event) && event;
  };
  return { speakers, timeline, startMs, second, read };
}

const labelsOf = (event: { words: Word[] } | undefined) => event?.words.map(({ speaker }) => speaker).join("");

describe("after a reconnection with speakerLabels", () => {
  test("voices that are read again keep their labels, under any new labels of the service", () => {
    const { read } = reconnected("AAAAAABBBBBB");
    expect(read(0, "BBBBBBAAAAAA", 0)).toBeUndefined();
    expect(labelsOf(read(1, "ABBA", 12))).toBe("BAAB");
  });

  test("a turn in which old words and new ones are loses the old ones, and gets the label of who says the new ones", () => {
    const { read } = reconnected("AAAAAABBBBBB");
    const event = read(0, "BBBBBBAAAAAAAA", 0, { speaker_label: "B" });
    expect(event?.words.map(({ text }) => text)).toEqual(["word12", "word13"]);
    expect(event?.speaker_label).toBe("B");
    expect(labelsOf(event)).toBe("BB");
  });

  test("a voice that said too little before gets a new label, never another one's", () => {
    const { read } = reconnected("AAAAAABBB");
    read(0, "BBBBBBAAA", 0);
    expect(labelsOf(read(1, "AABC", 9))).toBe("CCAD");
  });

  test("a label on two voices' words is nobody's", () => {
    const { read } = reconnected("AAAAAABBBBBB");
    read(0, "AAAAAAAAAAAA", 0);
    expect(labelsOf(read(1, "AAB", 12))).toBe("CCD");
  });

  test("a wrong label here and there does not matter", () => {
    const { read } = reconnected("AAAAAAAAABBBBBBBBB");
    read(0, "BBBBABBBBAAAAAABAA", 0);
    expect(labelsOf(read(1, "AB", 18))).toBe("BA");
  });

  test("a partial shows no label that may still turn out to be another one's", () => {
    const { second, startMs } = reconnected("AAAAAABBBBBB");
    const partial = turn(0, { words: said("AAAA", 12, 12 * wordMs - startMs) });
    expect(second.admit(partial)).toBe("news");
    expect(partial.words.map(({ speaker }) => speaker)).toEqual([null, null, null, null]);
  });

  test("UNKNOWN is no voice", () => {
    const { read } = reconnected("AAAAAABBBBBB");
    read(0, "BBBBBBAAAAAA", 0);
    const words = said("A", 12, 12 * wordMs).map((word) => ({ ...word, speaker: "UNKNOWN" }));
    expect(read(1, "", 12, { words, speaker_label: "UNKNOWN" })).toMatchObject({
      speaker_label: "UNKNOWN",
      words: [{ speaker: "UNKNOWN" }],
    });
  });

  test("Reconnected says which voices can be identified, and which cannot", () => {
    const { speakers, startMs } = reconnected(`CCC${"A".repeat(8)}${"B".repeat(30)}${"A".repeat(4)}`);
    expect(speakers.since(startMs)).toEqual({ heard_again: ["B"], not_heard: ["C", "A"] });
  });

  test("no more is sent again than the voices need, and at most ten seconds", () => {
    expect(reconnected("AAAAAAAAAAAAAAAAAAAABBBBBBBB").startMs).toBe(12 * wordMs - 100);
    const { timeline, startMs } = reconnected(`${"A".repeat(10)}${"B".repeat(90)}`);
    expect(timeline.settledMs - startMs).toBeLessThanOrEqual(10_000);
  });

  test("a correction of speakers keeps the labels, leaves out turns that were only read again, and cuts those in part", () => {
    const { read, second } = reconnected("AAAAAABBBBBB");
    read(0, "BBBBBB", 0);
    read(1, "AAAAAAAB", 6);
    const wire = (labels: string, first: number) => said(labels, first, first * wordMs);
    const revision: SpeakerRevisionEvent = {
      type: "SpeakerRevision",
      revisions: [
        { turn_order: 0, words: wire("BBBBBB", 0), speaker_label: "B" },
        { turn_order: 1, words: wire("AAAAAAAA", 6), speaker_label: "A" },
      ],
    };
    expect(second.admit(revision)).toBe("news");
    expect(revision.revisions).toMatchObject([{ turn_order: 1, speaker_label: "B" }]);
    expect(revision.revisions[0]?.words.map(({ text, speaker }) => `${text} ${speaker}`)).toEqual([
      "word12 B",
      "word13 B",
    ]);
  });

  test("an announcement of speech that was final is not repeated", () => {
    const { second, startMs, timeline } = reconnected("AAAAAABBBBBB");
    expect(second.admit({ type: "SpeechStarted", timestamp: 10 })).toBeUndefined();
    expect(second.admit({ type: "SpeechStarted", timestamp: timeline.settledMs - startMs + 500 })).toBe("news");
  });
});

test("a service that invents labels without end fills no memory", () => {
  const speakers = new Speakers();
  const connection = speakers.timeline(new Timeline(), 0, 0);
  connection.sent(10_000_000, 0);
  for (let order = 0; order < 2_000; order++) {
    const words = said("A", order, order * wordMs).map((word) => ({ ...word, speaker: `voice ${order}` }));
    connection.admit(saidBy(order, words));
  }
  expect(speakers.since(0).not_heard.length).toBeLessThanOrEqual(256);
  expect(speakers.recent.since(0).length).toBeLessThanOrEqual(128);
});
