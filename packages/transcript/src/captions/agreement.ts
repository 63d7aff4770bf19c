import type { Piece } from "../cues/pieces.ts";
import { bare } from "../text/align.ts";

/** Counts how long the words of one turn have stayed the same. */
export class Agreement {
  #readings: { readonly word: string; readonly times: number }[] = [];

  /**
   * Takes another reading and returns how many of its first words are final: the service says so, or they and all words
   * before them were the same in the last `needed` readings.
   */
  read(pieces: readonly Piece[], needed: number): number {
    let same = true;
    let settled = 0;
    this.#readings = pieces.map(({ text, isFinal }, i) => {
      const word = bare(text);
      const before = this.#readings[i];
      same &&= before?.word === word;
      const times = same ? (before?.times ?? 0) + 1 : 1;
      if (settled === i && (isFinal || times >= needed)) settled++;
      return { word, times };
    });
    return settled;
  }
}
