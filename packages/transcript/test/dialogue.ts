import fc from "fast-check";
import { createTranscript, type TranscriptEvent, type TranscriptSnapshot } from "../src/index.ts";

/** A turn to generate. */
interface Line {
  readonly words: readonly string[];
  /** For each word: how long it lasts and how long the pause before it is, in ms. */
  readonly times: readonly (readonly [length: number, pause: number])[];
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
  /** Silence that the service adds to the first and the last word, in ms. */
  readonly absorbed: readonly [before: number, after: number];
}

const vocabulary = [
  ...[
    "the",
    "morning",
    "train,",
    "was",
    "late",
    "again.",
    "So",
    "we",
    "walked",
    "along",
    "river?",
    "extraordinarily",
    "I",
  ],
  ...["&", "<b>", "</v>", "-->", "00:00:01.000", "&amp;", "{\\an8}", "a<b", "NOTE", "WEBVTT", "12"],
  ...[
    "你好，",
    "世界。",
    "日本語では空白を使わない文章がとても長く続くことがあります",
    "สวัสดี",
    "שלום",
    "مرحبا،",
    "👩‍👩‍👧‍👦",
    "e\u0301\u0302",
  ],
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
];
const word = fc.constantFrom(...vocabulary);
const time = fc.tuple(
  fc.integer({ min: 0, max: 900 }),
  fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 4000 })),
);

/** Dialogues with words of any script, markup, words without a duration, pauses, speakers and channels. */
export const dialogue: fc.Arbitrary<readonly Line[]> = fc.array(
  fc.record({
    words: fc.array(word, { minLength: 1, maxLength: 40 }),
    times: fc.array(time, { minLength: 40, maxLength: 40 }),
    speaker: fc.constantFrom(undefined, "A", "B", "A>B & C"),
    channel: fc.constantFrom(undefined, "agent", "caller"),
    absorbed: fc.constantFrom<[number, number]>([0, 0], [990, 240], [400, 1344]),
  }),
  { maxLength: 12 },
);

/** Channels have separate clocks, so that they overlap. */
export function transcriptOf(lines: readonly Line[]): TranscriptSnapshot {
  const transcript = createTranscript();
  const clocks = new Map<string | undefined, number>();
  lines.forEach((line, turn_order) => {
    const { event, end } = turnOf(line, turn_order, clocks.get(line.channel) ?? 0);
    clocks.set(line.channel, end);
    transcript.push(event);
  });
  return transcript.snapshot;
}

function turnOf({ words, times, speaker, channel, absorbed }: Line, turn_order: number, begin: number) {
  let at = begin;
  const timed = words.map((text, i) => {
    const [length, pause] = times[i] ?? [300, 0];
    const start = at + pause;
    at = start + length;
    return { text, start, end: at, confidence: 0.9, word_is_final: true };
  });
  const [first] = timed;
  const last = timed.at(-1);
  if (first) first.start = Math.max(begin, first.start - absorbed[0]);
  if (last) last.end += absorbed[1];
  const event: TranscriptEvent = {
    type: "Turn",
    turn_order,
    end_of_turn: true,
    turn_is_formatted: true,
    transcript: words.join(" "),
    words: timed,
    speaker_label: speaker,
    channel,
  };
  return { event, end: at + absorbed[1] };
}

const talk =
  "The first is the bridge over the river, which has been closed since the storm in the spring. The engineers have finished their report, " +
  "and they say that it can be repaired before the winter. Really? It will cost about four hundred thousand pounds, and half of that comes " +
  "from the county. What do you think about that? Yes. There are more children than there were five years ago, and the old building is too " +
  "small for them. We could build two new rooms behind the library, or we could move the older children to the other side of the town. " +
  "I see. Neither of these is perfect. No, I would like to hear from the parents before the council decides anything. All right.";

/** An everyday dialogue of two speakers: 130 to 220 words a minute, turns of one to three sentences. The same at each call. */
export function everydayDialogue(turns: number): Line[] {
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const sentences = talk.split(/(?<=[.?]) /);
  return Array.from({ length: turns }, (_, i) => {
    const count = 1 + Math.floor(random() * 3);
    const words = Array.from({ length: count }, () => sentences[Math.floor(random() * sentences.length)] ?? "")
      .join(" ")
      .split(" ");
    const pace = 130 + 90 * random();
    const times = words.map((word, k): [number, number] => {
      const before = words[k - 1] ?? "";
      const pause =
        k === 0
          ? 100 + 900 * random()
          : /[.?]$/.test(before)
            ? 150 + 400 * random()
            : /,$/.test(before)
              ? 200 * random()
              : 0;
      return [Math.round((60_000 / pace) * ((word.length + 2) / 7)), Math.round(pause)];
    });
    return { words, times, speaker: i % 2 === 0 ? "A" : "B", absorbed: [0, 240 * Math.floor(random() * 3)] };
  });
}
