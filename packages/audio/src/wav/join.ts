/** Joins the parts. If only one has bytes, returns that one; otherwise a copy. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(({ length }) => length > 0);
  const [first = new Uint8Array(0)] = filled;
  if (filled.length < 2) return first;
  const joined = new Uint8Array(filled.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of filled) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
