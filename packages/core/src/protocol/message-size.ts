/** Memory of an array or object, in addition to its text. */
const bytesPerBracket = 24;

/** Estimates the memory of a parsed message, in bytes: `[],[],` is small only as text. */
export function sizeOf(json: string): number {
  return json.length + bytesPerBracket * countBrackets(json, Number.POSITIVE_INFINITY);
}

/** Counts opening brackets, up to `most`. Searching for them is faster than visiting every character. */
export function countBrackets(json: string, most: number): number {
  let count = 0;
  for (const bracket of ["{", "["])
    for (let at = json.indexOf(bracket); at >= 0 && count < most; at = json.indexOf(bracket, at + 1)) count++;
  return count;
}
