import * as v from "valibot";
import { redact } from "../errors/safe-cause.ts";
import { TokenError, type TokenErrorCode } from "../errors/token-error.ts";
import { readLimited } from "../http/limited-body.ts";
import { parseRetryAfter } from "./retry.ts";
import type { FetchResponse } from "./token-options.ts";

export interface TemporaryToken {
  /** Opaque, possibly thousands of characters long; valid for one connection attempt. */
  readonly token: string;
  /** How long the token can be redeemed, in seconds, as the service says. */
  readonly expiresInSeconds: number;
}

/** Tokens can have thousands of characters; a longer answer is not a token. */
const longestAnswer = 64 * 1024;

const success = v.object({
  token: v.pipe(v.string(), v.nonEmpty()),
  expires_in_seconds: v.pipe(v.number(), v.finite(), v.minValue(0)),
});

const plainFailure = v.object({
  error: v.string(),
  code: v.optional(v.union([v.string(), v.number()])),
  details: v.optional(v.unknown()),
});

const validationFailure = v.object({
  detail: v.pipe(
    v.array(
      v.object({
        msg: v.string(),
        loc: v.optional(v.array(v.union([v.string(), v.number()])), []),
        input: v.optional(v.unknown()),
      }),
    ),
    v.minLength(1),
  ),
});

/** The token in the service's answer. Throws the `TokenError` for an error answer (protocol section 7). */
export async function readTokenResponse(
  response: FetchResponse,
  apiKey: string,
  host: string,
  signal: AbortSignal,
): Promise<TemporaryToken> {
  const bytes = await readLimited(response.body, longestAnswer, signal);
  const text = bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  if (response.status !== 200) throw failure(response, text ?? "", apiKey, host);
  const parsed = v.safeParse(success, parseJson(text));
  if (parsed.success) return { token: parsed.output.token, expiresInSeconds: parsed.output.expires_in_seconds };
  // Quotes nothing of the answer: it may be a token in an unknown shape.
  const what = text === undefined ? `more than ${longestAnswer} bytes` : "no token";
  throw new TokenError("invalid-response", `${host} answered 200 with ${what}.`, {
    status: 200,
    remedy: "Check that apiHost is a streaming host, and that no proxy answers in its place.",
  });
}

function failure(response: FetchResponse, text: string, apiKey: string, host: string): TokenError {
  const { status } = response;
  const kind = kinds.find(({ matches }) => matches(status)) ?? unexpected;
  const said = reason(parseJson(text)) ?? text.trim();
  const quoted = said === "" ? "" : `: ${redact(said, apiKey)}`;
  return new TokenError(kind.code, `${host} ${kind.what} (HTTP ${status}${quoted}).`, {
    status,
    retryable: kind.retryable ?? false,
    retryAfterSeconds: parseRetryAfter(response.headers.get("retry-after"), Date.now()),
    remedy: kind.remedy,
  });
}

/** What either of the two error shapes says, in one line. */
function reason(answer: unknown): string | undefined {
  if (v.is(plainFailure, answer)) {
    const details = typeof answer.details === "string" ? answer.details : asJson(answer.details);
    return [answer.error, answer.code, details].filter((part) => part !== undefined).join(", ");
  }
  if (!v.is(validationFailure, answer)) return undefined;
  return answer.detail.map(({ loc, msg, input }) => `${loc?.at(-1) ?? "request"}: ${msg}${got(input)}`).join("; ");
}

function got(input: unknown): string {
  return input === undefined ? "" : ` (got ${asJson(input)})`;
}

/** How deep a value from the service is shown: `JSON.stringify` overflows the stack on thousands of levels. */
const deepestShown = 8;

function asJson(value: unknown): string | undefined {
  return JSON.stringify(shallow(value, deepestShown));
}

function shallow(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) return value.map((item) => shallow(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shallow(item, depth - 1)]));
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

interface Kind {
  readonly code: TokenErrorCode;
  readonly what: string;
  readonly remedy: string;
  readonly retryable?: boolean;
}

const kinds: readonly (Kind & { matches: (status: number) => boolean })[] = [
  {
    matches: (status) => status === 401 || status === 403,
    code: "unauthorized",
    what: "rejected the API key",
    remedy: "Check that apiKey is complete and current, and that apiHost is in its region.",
  },
  {
    matches: (status) => status === 400 || status === 422,
    code: "invalid-request",
    what: "refused the request",
    remedy: "Correct the value it names: expiresInSeconds is 1 to 600, maxSessionDurationSeconds 60 to 10800.",
  },
  {
    matches: (status) => status === 407,
    code: "network",
    what: "was not reached: a proxy requires a user name and password",
    remedy: "Put them into the proxy's URL, http://user:password@host:port.",
  },
  {
    matches: (status) => status === 429,
    code: "rate-limited",
    what: "limits this account",
    retryable: true,
    remedy: "Mint fewer tokens at a time, or try again later.",
  },
  {
    matches: (status) => status >= 500,
    code: "server-error",
    what: "failed",
    retryable: true,
    remedy: "Try again later; if it persists, see the service's status page.",
  },
];

const unexpected: Kind = {
  code: "unexpected-status",
  what: "sent an unknown answer",
  remedy: "Check that apiHost is a streaming host. Redirects are not followed, so that the key is sent nowhere else.",
};
