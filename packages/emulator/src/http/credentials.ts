import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../clock.ts";
import { ProtocolError } from "../session/protocol-error.ts";

/** Tokens remembered, to distinguish an expired one from an unknown one. */
const mostTokens = 10_000;

/** Who may open a session. */
export interface CredentialOptions {
  /** The API keys that are accepted; without it, any key that is not empty. */
  readonly apiKeys?: readonly string[];
  /** Tokens that are always accepted, for clients that cannot fetch one. Others must come from `/v3/token`. */
  readonly tokens?: readonly string[];
  /** Whether a token of `/v3/token` opens one session only. `false` by default, as the service was seen to do. */
  readonly oneTimeTokens?: boolean;
  /** Characters of a token of `/v3/token`, from 16 to 8,000. @default 2583, as the service's were seen to have */
  readonly tokenLength?: number;
}

/** What a credential grants. */
export interface Grant {
  /** The longest the session may last, in seconds. */
  readonly maxSessionSeconds: number;
}

interface Token extends Grant {
  readonly expiresAt: number;
  used: boolean;
}

/** As long as a token that was seen live. */
export const usualTokenLength = 2_583;

const used = "Token has already been used";

/** The service's limit of a session, in seconds. */
export const longestSession = 10_800;

/** Keys and tokens of one emulator. */
export class Credentials {
  readonly #options: CredentialOptions;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, Token>();
  readonly #fixedUsed = new Set<string>();

  constructor(options: CredentialOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  acceptsKey(key: string): boolean {
    const { apiKeys } = this.#options;
    return apiKeys === undefined ? key !== "" && !/^bearer\s/i.test(key) : apiKeys.includes(key);
  }

  mint(expiresInSeconds: number, maxSessionSeconds: number): string {
    const { tokenLength = usualTokenLength } = this.#options;
    const token = randomBytes(tokenLength).toString("base64url").slice(0, tokenLength);
    this.#tokens.set(token, {
      expiresAt: this.#clock.now() + expiresInSeconds * 1_000,
      maxSessionSeconds,
      used: false,
    });
    if (this.#tokens.size > mostTokens) for (const oldest of this.#tokens.keys()) return this.#forget(oldest, token);
    return token;
  }

  /**
   * Checks what a request for a session carries: a token in the query, a token or a key in the header.
   *
   * @param refuseUsed refuses a token that has opened a session before, regardless of what `oneTimeTokens` says
   * @throws ProtocolError 1008 with the service's text
   */
  redeem(query: URLSearchParams, headers: IncomingHttpHeaders, refuseUsed = false): Grant {
    const inQuery = query.get("token");
    if (inQuery) return this.#redeemToken(inQuery, refuseUsed);
    const header = headers.authorization;
    if (!header) throw unauthorized("Missing Authorization header");
    if (this.#knowsToken(header)) return this.#redeemToken(header, refuseUsed);
    if (!this.acceptsKey(header)) throw unauthorized("Invalid API key");
    return { maxSessionSeconds: longestSession };
  }

  #knowsToken(token: string): boolean {
    return this.#tokens.has(token) || this.#options.tokens?.includes(token) === true;
  }

  #redeemToken(text: string, refuseUsed: boolean): Grant {
    if (this.#options.tokens?.includes(text)) return this.#redeemFixed(text, refuseUsed);
    const token = this.#tokens.get(text);
    if (token === undefined) throw unauthorized("Invalid API key");
    if (token.expiresAt <= this.#clock.now()) throw unauthorized("Signature has expired");
    if ((this.#options.oneTimeTokens || refuseUsed) && token.used) throw unauthorized(used);
    token.used = true;
    return token;
  }

  #redeemFixed(text: string, refuseUsed: boolean): Grant {
    if (refuseUsed && this.#fixedUsed.has(text)) throw unauthorized(used);
    this.#fixedUsed.add(text);
    return { maxSessionSeconds: longestSession };
  }

  #forget(oldest: string, token: string): string {
    this.#tokens.delete(oldest);
    return token;
  }
}

function unauthorized(reason: string): ProtocolError {
  return new ProtocolError(1008, `Unauthorized Connection: ${reason}`);
}
