import { TokenError } from "../errors/token-error.ts";

/** Who asks: what rate limits count by and what the per-identity options see. */
export type Identity = string | { readonly id: string | number };

/** What rate limits count an identity by; undefined for something that is no identity. */
export function identityKey(identity: unknown): string | undefined {
  const id = typeof identity === "object" && identity !== null && "id" in identity ? identity.id : identity;
  if (typeof id === "number" && typeof identity === "object") return Number.isFinite(id) ? String(id) : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}

const longestKey = 256;

/** A key as it is counted: a long one, which a visitor may have made up, by its digest, since many are held at a time. */
export async function countedKey(key: string): Promise<string> {
  if (key.length <= longestKey) return key;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return `sha256:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Whether `authorize` says that it does not know who asks. An empty text is what an absent or empty header leaves. */
export function isNobody(verdict: unknown): verdict is false | null | undefined | "" {
  return verdict === false || verdict === null || verdict === undefined || verdict === "";
}

/** `authorize` returned something that counts as nobody and as no refusal either. */
export function noIdentity(value: unknown): TokenError {
  const kind = value === true ? "true" : `a value of type ${typeof value}`;
  return new TokenError("authorize-failed", `No token was given: authorize returned ${kind}, which is no identity.`, {
    remedy: "Return a text or an object with an id for whom it lets through, false for anybody else.",
  });
}
