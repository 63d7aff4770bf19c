import type { TokenError } from "../src/errors/token-error.ts";
import type { TokenErrorContext } from "../src/handler/handler-options.ts";
import type { Upstream } from "./upstream.ts";

export const apiKey = "not-a-real-key-0123456789";
export const site = "https://speech.example";
export const app = "https://app.example";

/** A call of onError. */
interface Report {
  readonly error: TokenError;
  readonly context: TokenErrorContext;
}

export function setUp(upstream: Upstream) {
  const reports: Report[] = [];
  const settings = {
    apiKey,
    apiHost: upstream.url,
    retryDelay: 1,
    allowedOrigins: [app],
    onError: (error: TokenError, context: TokenErrorContext) => void reports.push({ error, context }),
  };
  return { reports, settings, options: { ...settings, authorize: () => "ada" } };
}

export function ask(init: RequestInit & { duplex?: "half" } = {}): Request {
  return new Request(`${site}/api/token`, { method: "POST", ...init });
}

export async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const body: { error: { code: string; message: string } } = await response.json();
  return body.error;
}
