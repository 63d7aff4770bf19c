import type { TokenErrorCode } from "../errors/token-error.ts";

/** An error answer as the visitor sees it: `{ error: { code, message } }`. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The methods of the route, for `Allow` in refusals and in answers to OPTIONS. */
export function allow(methods: readonly string[]): { readonly Allow: string } {
  return { Allow: [...methods, "OPTIONS"].join(", ") };
}

export const refusals = {
  methodNotAllowed: (allowed: readonly string[]): Refusal => ({
    status: 405,
    code: "method-not-allowed",
    message: `Request a token with ${allowed.join(" or ")}.`,
    headers: allow(allowed),
  }),
  foreignOrigin: {
    status: 403,
    code: "origin-not-allowed",
    message: "Pages of this origin may not request tokens here.",
  },
  bodyTooLarge: { status: 413, code: "body-too-large", message: "The request's body is too large." },
  slowBody: { status: 408, code: "body-too-slow", message: "The request's body did not arrive in time." },
  badBody: { status: 400, code: "bad-body", message: "The request's body could not be read." },
  unauthorized: { status: 401, code: "unauthorized", message: "Sign in to get a token." },
  tooMany: (seconds: number): Refusal => ({
    status: 429,
    code: "too-many-requests",
    message: `Too many tokens were requested. Try again in ${seconds} s.`,
    headers: { "Retry-After": String(seconds) },
  }),
} as const;

const internal: Refusal = { status: 500, code: "internal-error", message: "The server could not handle the request." };
const badGateway: Refusal = { status: 502, code: "no-token", message: "A token could not be issued. Try again later." };
const busy: Refusal = { status: 503, code: "unavailable", message: "A token cannot be issued now. Try again later." };

const late: Refusal = { status: 504, code: "timeout", message: "A token was not issued in time. Try again." };

/** What the visitor sees of a failure on the server's side: whether to try again, but not the reason. */
const failures: Readonly<Record<TokenErrorCode, Refusal>> = {
  "invalid-options": internal,
  "authorize-failed": internal,
  "option-failed": internal,
  "invalid-request": badGateway,
  unauthorized: badGateway,
  "server-error": badGateway,
  "unexpected-status": badGateway,
  "invalid-response": badGateway,
  network: badGateway,
  timeout: late,
  "authorize-timeout": late,
  "option-timeout": late,
  "rate-limited": busy,
  "rate-limit-failed": busy,
  "address-unknown": { status: 403, code: "forbidden", message: "Requests must come through the proxy." },
  // The visitor cannot read it; 499 is the status that logs use for such requests.
  aborted: { status: 499, code: "aborted", message: "The request was aborted." },
};

export function refusalFor(code: TokenErrorCode, retryAfterSeconds: number | undefined): Refusal {
  const refusal = failures[code];
  if (refusal !== busy) return refusal;
  return { ...refusal, headers: { "Retry-After": String(retryAfterSeconds ?? 5) } };
}

/** Thrown by a step of the route to end it with an answer. It does not leave the route. */
export class Refused {
  readonly answer: Refusal | Response;

  constructor(answer: Refusal | Response) {
    this.answer = answer;
  }
}
