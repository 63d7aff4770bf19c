import { checkHandlerOptions } from "./handler/check-handler-options.ts";
import { anyone, type TokenHandlerOptions } from "./handler/handler-options.ts";
import type { Identity } from "./handler/identity.ts";
import { createRoute } from "./handler/token-route.ts";
import { type CorsPolicy, corsHeaders, isForeign, preflightHeaders } from "./http/cors.ts";
import { allow, type Refusal, refusals } from "./http/http-errors.ts";
import { hostForPages } from "./request/token-url.ts";

/** A route handler, as Hono, Next, SvelteKit, Remix, Bun, Deno and Workers call it; bridges adapt it to Node's servers. */
export type TokenHandler = (request: Request) => Promise<Response>;

/**
 * Creates the route that gives browsers their tokens. Create it once, not for every request: it keeps the counts of the
 * rate limit.
 *
 * **Anyone who gets a token can stream on your account.** That is why `authorize` is required.
 *
 * The route answers `{ token, expiresInSeconds }`, with `apiHost` if it is not the default, or `{ error: { code, message } }`
 * with 400, 401, 403, 405, 408, 413, 429, 500, 502, 503 or 504; 499 if the visitor has disconnected (only logs see it). It
 * never rejects.
 *
 * @throws {TokenError} `invalid-options`, at once. A missing key is reported at the first request.
 * @example
 * export const token = createTokenHandler({
 *   apiKey: process.env.ASSEMBLYAI_API_KEY,
 *   authorize: (request) => userOf(request) ?? false,
 *   maxSessionDurationSeconds: 600,
 * });
 */
export function createTokenHandler<I extends Identity>(options: TokenHandlerOptions<I>): TokenHandler {
  checkHandlerOptions(options);
  const { methods = ["POST"] } = options;
  const apiHost = hostForPages(options.apiHost);
  const cors: CorsPolicy = {
    origins: new Set(options.allowedOrigins),
    methods,
    headers: options.allowedHeaders ?? ["Authorization", "Content-Type"],
  };
  const route =
    options.authorize === undefined ? createRoute(options, () => anyone) : createRoute(options, options.authorize);

  return async (request) => {
    const headers = corsHeaders(request, cors);
    if (isForeign(request, cors)) return refuse(refusals.foreignOrigin, headers);
    if (request.method === "OPTIONS") {
      const preflight = { ...allow(methods), ...preflightHeaders(cors) };
      return new Response(null, { status: 204, headers: { ...uncached, ...headers, ...preflight } });
    }
    if (!methods.some((method) => method === request.method))
      return refuse(refusals.methodNotAllowed(methods), headers);
    const answer = await route(request);
    if (answer instanceof Response) return withHeaders(answer, headers);
    return "token" in answer ? json(200, { ...answer, apiHost }, headers) : refuse(answer, headers);
  };
}

function refuse({ status, code, message, headers }: Refusal, more: Record<string, string>): Response {
  return json(status, { error: { code, message } }, { ...more, ...headers });
}

// A token is for one visitor and one attempt.
const uncached = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };

function json(status: number, body: unknown, headers: Record<string, string>): Response {
  return Response.json(body, { status, headers: { ...uncached, ...headers } });
}

/** The response that `authorize` returned, with the caching and CORS headers of our own answers. */
function withHeaders(answer: Response, { Vary = "", ...others }: Record<string, string>): Response {
  answer.headers.append("Vary", Vary);
  for (const [name, value] of Object.entries({ ...others, ...uncached })) answer.headers.set(name, value);
  return answer;
}
