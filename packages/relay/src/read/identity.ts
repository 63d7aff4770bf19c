/** Who reads: what readers are counted by. */
export type Identity = string | { readonly id: string | number };

/**
 * Decides about a reader. Returns an identity, of which `limits.readersPerIdentity` may read at once; true for anybody,
 * uncounted; false, null, undefined or an empty text for nobody (401); or a `Response` of its own, thrown or returned.
 */
export type Authorize = (request: Request, room: string) => Verdict | Promise<Verdict>;

type Verdict = Identity | boolean | Response | null | undefined;

/** What an identity is counted by; null for anybody, undefined for what is no identity. */
export function identityKey(verdict: unknown): string | null | undefined {
  if (verdict === true) return null;
  const id = typeof verdict === "object" && verdict !== null && "id" in verdict ? verdict.id : verdict;
  if (typeof id === "number" && typeof verdict === "object") return Number.isFinite(id) ? `number:${id}` : undefined;
  return typeof id === "string" && id !== "" ? `text:${id}` : undefined;
}

export function isNobody(verdict: unknown): boolean {
  return verdict === false || verdict === null || verdict === undefined || verdict === "";
}
