/** `previous` if it is a list or plain object with the same entries as `next`. */
export function share(previous: unknown, next: unknown): unknown {
  if (!isPlain(previous) || !isPlain(next) || previous.constructor !== next.constructor) return next;
  const names = Object.keys(next);
  const isSame = names.every((name) => name in previous && Object.is(previous[name], next[name]));
  return isSame && names.length === Object.keys(previous).length ? previous : next;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && (value?.constructor === Object || value?.constructor === Array);
}
