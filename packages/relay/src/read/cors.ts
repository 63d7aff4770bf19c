/**
 * Whether a page of an origin that is neither this server's nor listed caused the request. A request without any mark of a
 * browser, such as a server's or a player's, is not foreign: `authorize` decides about it.
 */
export function isForeign({ headers, url }: Request, origins: ReadonlySet<string>): boolean {
  const origin = headers.get("origin");
  if (origin !== null && origins.has(origin)) return false;
  // Pages cannot forge it. Behind a proxy that ends TLS it is right about the server's own origin when the URL is not.
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  return origin !== null && origin !== new URL(url).origin;
}

/** What lets a page of a listed origin read a response. For any other origin there is nothing but `Vary`. */
export function corsHeaders({ headers }: Request, origins: ReadonlySet<string>): Record<string, string> {
  const origin = headers.get("origin");
  if (origin === null || !origins.has(origin)) return { Vary: "Origin" };
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "Retry-After",
  };
}

export const preflightHeaders = {
  "Access-Control-Allow-Methods": "GET, HEAD",
  "Access-Control-Allow-Headers": "Authorization, Last-Event-ID, Cache-Control",
  "Access-Control-Max-Age": "600",
};

/** Why a text is never the `Origin` of a request; undefined if it may be. Browsers send scheme, host and port, and no path. */
export function originFault(text: unknown): string | undefined {
  if (typeof text !== "string") return `is of type ${typeof text}`;
  if (text === "null") return "is what every sandboxed frame and local file sends";
  if (text.includes("*")) return "has a wildcard, and origins are compared as a whole: list each one";
  const [, scheme = "", host = ""] =
    /^([a-z][a-z\d+.-]*:)\/\/([\w.~-]+(?::\d+)?|\[[\da-f:.]+\](?::\d+)?)$/.exec(text) ?? [];
  if (host === "") return "is not a scheme and a host, such as https://app.example";
  if ((scheme === "http:" || scheme === "https:") && (!URL.canParse(text) || new URL(text).origin !== text))
    return "is not as browsers send it: host in lower case, no default port";
  return undefined;
}
