import { expectedParameters, wireName } from "./parameters.ts";

/**
 * The origin to connect to: a host gets `wss://`; `ws://` and `wss://` stay as given (protocol section 1).
 *
 * @throws TypeError for anything else, such as `https://`.
 */
export function origin(apiHost: string): URL {
  const url = new URL(apiHost.includes("://") ? apiHost : `wss://${apiHost}`);
  if (!/^wss?:$/.test(url.protocol)) throw new TypeError(`${url.protocol} is not a WebSocket scheme`);
  url.hash = "";
  return url;
}

/**
 * The URL of a session: `/v3/ws` on the host, and every parameter that has a value, including `0`, `false` and `[]`.
 * Lists and objects are sent as one JSON string (protocol section 2).
 */
export function sessionUrl(
  apiHost: string,
  parameters: Readonly<Record<string, unknown>>,
  extra: Readonly<Record<string, unknown>>,
): URL {
  const url = origin(apiHost);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v3/ws`;
  for (const name of Object.keys(expectedParameters)) set(url, wireName(name), parameters[name]);
  for (const [name, value] of Object.entries(extra)) set(url, name, value);
  return url;
}

function set(url: URL, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  url.searchParams.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
}
