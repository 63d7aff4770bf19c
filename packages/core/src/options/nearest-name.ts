/** The known name that a mistyped one most likely means, or undefined if none is close. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const plain = fold(name);
  let best: string | undefined;
  let least = Math.max(2, plain.length / 3) + 0.5;
  for (const candidate of known) {
    const distance = editDistance(plain, fold(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `sample_rate` and `samplerate` are one edit or none from `sampleRate`. */
function fold(name: string): string {
  return name.replace(/_/g, "").toLowerCase();
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}
