/** Returns `previous` if it has the same entries as `next`, so that unchanged lists stay the same object. */
export function share<T extends object>(previous: T | undefined, next: T): T {
  if (previous === undefined) return next;
  for (const key in next) if (!Object.is(previous[key], next[key])) return next;
  return Object.keys(previous).length === Object.keys(next).length ? previous : next;
}
