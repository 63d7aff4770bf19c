/** The levels' windows, in ms. */
export const levelWindowMs = 10;
/** Windows that have to be quiet before a place, and after it: a pause between turns is longer, a silence in a word is not. */
export const lookAhead = 8;
/** How late the service was seen to end a turn's last word, in ms (protocol section 11), and a little. */
const mostLateMs = 1400;
/** What is less loud than the quietest by this much is no word, in dB. */
const noiseDb = 10;
/** What a place has to be quieter by for each window that it is further back, in dB. */
const distanceDb = 0.5;

/** No quieter place is looked for before this, in a word that was reported to last from `startMs` to `endMs`. */
export function earliestPlace(startMs: number, endMs: number): number {
  return Math.max(startMs, endMs - mostLateMs);
}

/**
 * The best place to take up speech again at or before the end of the last word, as the service reported it. That end may lie in
 * the next word, as it absorbs silence; so if it is loud there, the quietest place before it is returned, and one near to it
 * rather than one far away. Never a later place, since what lies between would be lost.
 *
 * @param levels power in windows of `levelWindowMs`, in dB; the last one but `behind` ends at the end of the word
 * @returns how many windows before that end
 */
export function quietestPlace(levels: readonly number[], behind: number): number {
  const end = levels.length - behind;
  const around = (place: number) => {
    const some = levels.slice(Math.max(0, place - lookAhead), place + lookAhead);
    return some.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...some);
  };
  let [best, bestCost, quietest] = [end, around(end), around(end)];
  for (let place = end - 1; place >= 0; place--) {
    const level = around(place);
    quietest = Math.min(quietest, level);
    const cost = level + distanceDb * (end - place);
    if (cost < bestCost) [best, bestCost] = [place, cost];
  }
  return around(end) <= quietest + noiseDb ? 0 : end - best;
}
