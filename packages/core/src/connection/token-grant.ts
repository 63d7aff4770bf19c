import { attempt } from "../errors/attempt.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import { isObject } from "../options/expected.ts";
import { origin } from "../protocol/url.ts";

/** A temporary token with the host that takes it: what `createTokenHandler` answers if its own `apiHost` is not the default. */
export interface TokenGrant {
  readonly token: string;
  /** `wss://` and a host; `ws://` only for this machine (localhost, 127.0.0.1, [::1]). */
  readonly apiHost?: string | undefined;
}

/**
 * What a token provider returned, checked: it comes from a server, and decides where audio and token go.
 *
 * @throws StreamingError `token-failed`.
 */
export function readGrant(provided: unknown): TokenGrant {
  const token: unknown = isObject(provided) ? Reflect.get(provided, "token") : provided;
  if (typeof token !== "string" || token === "") {
    const got = token === "" ? "an empty string" : isObject(provided) ? "an object without a token" : typeof token;
    throw failed(`returned ${got}. It must return a token, or { token, apiHost }.`);
  }
  const apiHost: unknown = isObject(provided) ? Reflect.get(provided, "apiHost") : undefined;
  if (apiHost === undefined || apiHost === null) return { token };
  if (typeof apiHost === "string" && isSafeHost(apiHost)) return { token, apiHost };
  const shown = typeof apiHost === "string" ? JSON.stringify(apiHost.slice(0, 80)) : `a ${typeof apiHost}`;
  throw failed(
    `named ${shown} as apiHost. It must be wss:// and a host, without user name, query and fragment (ws:// only for localhost).`,
  );
}

/** Where an `apiHost` leads, in one way of writing it and without a password. */
export function place(apiHost: string): string {
  const { protocol, host, pathname } = origin(apiHost);
  return `${protocol}//${host}${pathname.replace(/\/+$/, "")}`;
}

function isSafeHost(apiHost: string): boolean {
  const url = attempt(() => new URL(apiHost));
  if (!url) return false;
  const { protocol, hostname, username, password, search, hash } = url;
  if (`${username}${password}${search}${hash}` !== "") return false;
  return protocol === "wss:" || (protocol === "ws:" && isThisMachine(hostname));
}

function isThisMachine(hostname: string): boolean {
  return /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function failed(what: string): StreamingError {
  return new StreamingError("token-failed", `No token: the token provider ${what}`);
}
