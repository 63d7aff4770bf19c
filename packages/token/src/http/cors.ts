/** What pages of other origins may do. Browsers enforce the headers; {@link isForeign} makes the server enforce the rest. */
export interface CorsPolicy {
  /** Exact origins: `https://app.example`, `chrome-extension://…`. */
  readonly origins: ReadonlySet<string>;
  readonly methods: readonly string[];
  /** Request headers that pages of those origins may set. */
  readonly headers: readonly string[];
}

/**
 * Whether a page of another, unlisted origin caused the request. A request without any browser header (from a server or a
 * native app) is not foreign: `authorize` decides about it.
 */
export function isForeign(request: Request, { origins }: CorsPolicy): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null && origins.has(origin)) return false;
  // Pages cannot forge it. Behind a proxy that ends TLS, it knows the server's own origin better than the URL does.
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  return origin !== null && origin !== new URL(request.url).origin;
}

/** The headers that let a page of a listed origin read the answer. For other origins only `Vary`. */
export function corsHeaders(request: Request, { origins }: CorsPolicy): Record<string, string> {
  const origin = request.headers.get("origin");
  if (origin === null || !origins.has(origin)) return { Vary: "Origin" };
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "Retry-After",
  };
}

/** The headers of a preflight's answer, in addition to {@link corsHeaders}. */
export function preflightHeaders({ methods, headers }: CorsPolicy): Record<string, string> {
  return {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": headers.join(", "),
    "Access-Control-Max-Age": "600",
  };
}
