/** What `look` returns; undefined if it throws. Values that a caller gave or threw may throw at any question: proxies, getters. */
export function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
