import fc from "fast-check";
import { parseText, type VTTCue } from "media-captions";
import SrtParser from "srt-parser-2";
import { describe, expect, it } from "vitest";
import { WebVTTParser, type WebVttNode } from "webvtt-parser";
import entities from "webvtt-parser/html-entities.json" with { type: "json" };
import { cuesOf } from "../src/cues/cues.ts";
import { createTranscript, type TranscriptSnapshot, toSrt, toWebVtt } from "../src/index.ts";
import { finalTurn } from "../src/store/turn.fixture.ts";
import { dialogue, transcriptOf } from "./dialogue.ts";
import { recording, recordings } from "./recording.ts";

/** A cue as a parser reads it: times in seconds, lines with `\n`. */
interface ReadCue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function written(snapshot: TranscriptSnapshot, withNames = false): ReadCue[] {
  return cuesOf(snapshot, {}, withNames).map(({ start, end, lines }) => ({
    start: start / 1000,
    end: end / 1000,
    text: lines.join("\n"),
  }));
}

function sampleOf(name: (typeof recordings)[number]): TranscriptSnapshot {
  const transcript = createTranscript();
  for (const { event } of recording(name)) transcript.push(event);
  return transcript.snapshot;
}

function readByW3c(vtt: string): ReadCue[] {
  const { cues, errors } = new WebVTTParser(entities).parse(vtt, "captions");
  expect(errors).toEqual([]);
  return cues.map(({ startTime, endTime, tree }) => ({ start: startTime, end: endTime, text: plainText(tree) }));
}

function plainText({ value = "", children = [] }: WebVttNode): string {
  return (
    children.reduce((text, node) => text + (node.type === "text" ? (node.value ?? "") : plainText(node)), "") || value
  );
}

async function readByMediaCaptions(text: string, type: "vtt" | "srt"): Promise<VTTCue[]> {
  const { cues, errors } = await parseText(text, { type, strict: true, errors: true });
  expect(errors).toEqual([]);
  return cues;
}

/** WebVTT as text: tags away, escapes resolved. */
function withoutMarkup(text: string): string {
  return text
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function readBySrtParser(srt: string): ReadCue[] {
  return new SrtParser()
    .fromSrt(srt)
    .map(({ startSeconds, endSeconds, text }) => ({ start: startSeconds, end: endSeconds, text }));
}

const tidy = (cues: readonly ReadCue[]) =>
  cues.map(({ start, end, text }) => ({ start: Math.round(start * 1000), end: Math.round(end * 1000), text }));
/** What the SRT writer changes, since the format has no escapes. */
const asSrt = (cues: readonly ReadCue[]) =>
  tidy(cues).map((cue) => ({ ...cue, text: cue.text.replaceAll("-->", "→").replaceAll("\u200b", "") }));

describe.each(recordings)("subtitles of a recorded session, %s", (name) => {
  const snapshot = sampleOf(name);

  it("are read back from WebVTT by two parsers", async () => {
    const vtt = toWebVtt(snapshot);
    expect(tidy(readByW3c(vtt))).toEqual(tidy(written(snapshot)));
    const cues = await readByMediaCaptions(vtt, "vtt");
    const read = cues.map(({ startTime, endTime, text }) => ({
      start: startTime,
      end: endTime,
      text: withoutMarkup(text),
    }));
    expect(tidy(read)).toEqual(tidy(written(snapshot)));
  });

  it("are read back from SRT by two parsers", async () => {
    const srt = toSrt(snapshot);
    expect(tidy(readBySrtParser(srt))).toEqual(tidy(written(snapshot)));
    const cues = await readByMediaCaptions(srt, "srt");
    const read = cues.map(({ startTime, endTime, text }) => ({
      start: startTime,
      end: endTime,
      text: withoutMarkup(text),
    }));
    expect(tidy(read)).toEqual(tidy(written(snapshot)));
  });
});

describe("subtitles of any dialogue", () => {
  it("are read back from WebVTT by W3C's validating parser, markup, arrows and all", () => {
    fc.assert(
      fc.property(dialogue, (lines) => {
        const snapshot = transcriptOf(lines);
        expect(tidy(readByW3c(toWebVtt(snapshot)))).toEqual(tidy(written(snapshot)));
      }),
      { numRuns: 60 },
    );
  });

  it("are read back from WebVTT by media-captions", async () => {
    await fc.assert(
      fc.asyncProperty(dialogue, async (lines) => {
        const snapshot = transcriptOf(lines);
        const cues = await readByMediaCaptions(toWebVtt(snapshot), "vtt");
        const read = cues.map(({ startTime, endTime, text }) => ({
          start: startTime,
          end: endTime,
          text: withoutMarkup(text),
        }));
        expect(tidy(read)).toEqual(tidy(written(snapshot)));
      }),
      { numRuns: 40 },
    );
  });

  it("are read back from SRT", () => {
    fc.assert(
      fc.property(dialogue, (lines) => {
        const snapshot = transcriptOf(lines);
        expect(asSrt(readBySrtParser(toSrt(snapshot)))).toEqual(asSrt(written(snapshot, true)));
      }),
      { numRuns: 60 },
    );
  });
});

describe("names", () => {
  const transcript = createTranscript();
  transcript.push(finalTurn("Is it <late>?", { order: 0, speaker: "A" }));
  transcript.push(finalTurn("No.", { order: 1, start: 2000, speaker: "B", channel: "caller\n>" }));
  transcript.push(finalTurn("Good.", { order: 2, start: 8000, speaker: "B", channel: "caller\n>" }));

  it("are WebVTT voices, of speakers, channels or both, as `name` says", () => {
    expect(toWebVtt(transcript.snapshot)).toContain("<v A>Is it &lt;late&gt;?</v>\n");
    expect(toWebVtt(transcript.snapshot)).toContain("<v caller › B>No.</v>\n");
    const named = toWebVtt(transcript.snapshot, { name: ({ speaker }) => (speaker === "A" ? "Ann" : "") });
    expect(named).toContain("<v Ann>Is it");
    expect(named).toContain("\nNo.\n");
  });

  it("are in front of an SRT cue when the speaker changes", () => {
    const texts = readBySrtParser(toSrt(transcript.snapshot)).map(({ text }) => text.replace("\u200b", ""));
    expect(texts).toEqual(["A: Is it <late>?", "caller > B: No.", "Good."]);
  });
});

it("an empty transcript is an empty file of each format", () => {
  const { snapshot } = createTranscript();
  expect(toWebVtt(snapshot)).toBe("WEBVTT\n");
  expect(toSrt(snapshot)).toBe("");
});

it("times beyond an hour have their hours", () => {
  const transcript = createTranscript();
  transcript.push(finalTurn("Late.", { start: 36_061_005 }));
  expect(toWebVtt(transcript.snapshot)).toContain("10:01:01.005 --> 10:01:02.005");
  expect(toSrt(transcript.snapshot)).toContain("10:01:01,005 --> 10:01:02,005");
});
