/** A Turn comes after this number of frames: 200 ms. */
export const framesPerTurn = 4;
/** Readings of one turn, the final one included: 4 s of speech. */
const readingsPerTurn = 20;
const readingMs = 200;
const vocabulary = "the harbor opens early and boats leave for open water before noon".split(" ");

/**
 * What a service says to a session, one reading each 200 ms of audio: 19 partials and then the final one, `words` words
 * each, on a timeline that continues from turn to turn. The longest message is the same in every session.
 *
 * @param reading Counts from 0.
 */
export function turnText(reading: number, words: number, transcript?: string): string {
  const order = Math.floor(reading / readingsPerTurn);
  const final = reading % readingsPerTurn === readingsPerTurn - 1;
  const startMs = order * readingsPerTurn * readingMs;
  const wordMs = Math.max(10, Math.floor(((reading + 1) * readingMs - startMs) / words / 10) * 10);
  const spoken = Array.from({ length: words }, (_, i) => ({
    start: startMs + i * wordMs,
    end: startMs + (i + 1) * wordMs,
    text: vocabulary[i % vocabulary.length],
    confidence: 0.9 + ((reading * 7 + i * 13) % 1000) / 10_007,
    word_is_final: final || i < words - 1,
  }));
  return JSON.stringify({
    turn_order: order,
    turn_is_formatted: false,
    end_of_turn: final,
    transcript: transcript ?? spoken.map((word) => word.text).join(" "),
    end_of_turn_confidence: final ? 0.871 : 0.0123,
    words: spoken,
    utterance: "",
    type: "Turn",
  });
}

/** Texts of the first `count` readings. */
export function turnTexts(count: number, words: number): string[] {
  return Array.from({ length: count }, (_, reading) => turnText(reading, words));
}
