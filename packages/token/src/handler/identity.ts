import { TokenError } from "../errors/token-error.ts";

/** Who is asking: what rate limits count by, and what the per-identity options get. */
export type Identity = string | { readonly id: string | number };

/** What rate limits count an identity by; undefined if it is not an identity. */
export function identityKey(identity: unknown): string | undefined {
  const id = typeof identity === "object" && identity !== null && "id" in identity ? identity.id : identity;
  if (typeof id === "number" && typeof identity === "object") return Number.isFinite(id) ? String(id) : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}

const longestKey = 256;

/** The key that is counted. A long one, which a visitor may have made up, becomes its digest, because many keys are kept. */
export async function countedKey(key: string): Promise<string> {
  if (key.length <= longestKey) return key;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return `sha256:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Whether `authorize` refused. An empty string is what an absent or empty header leaves. */
export function isNobody(verdict: unknown): verdict is false | null | undefined | "" {
  return verdict === false || verdict === null || verdict === undefined || verdict === "";
}

/** `authorize` returned something that is neither an identity nor a refusal. */
export function noIdentity(value: unknown): TokenError {
  const kind = value === true ? "true" : `a value of type ${typeof value}`;
  return new TokenError(
    "authorize-failed",
    `No token was given: authorize returned ${kind}, which is not an identity.`,
    {
      remedy: "Return a string or an object with an id for a visitor who may have a token, and false for anyone else.",
    },
  );
}
