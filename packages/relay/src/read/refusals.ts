/** A response that refuses: `{ error: { code, message } }`. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const methods = { Allow: "GET, HEAD, OPTIONS" };
const soon = { "Retry-After": "5" };

export const refusals = {
  badRoom: { status: 400, code: "invalid-room", message: "Name a room of 1 to 256 characters: ?room=NAME." },
  unauthorized: { status: 401, code: "unauthorized", message: "Sign in to read along." },
  foreignOrigin: { status: 403, code: "origin-not-allowed", message: "Pages of this origin may not read along." },
  notFound: { status: 404, code: "not-found", message: "There is nothing here." },
  badMethod: { status: 405, code: "method-not-allowed", message: "Use GET.", headers: methods },
  perIdentity: { status: 429, code: "too-many-readers", message: "You read along too often at once.", headers: soon },
  internal: { status: 500, code: "internal-error", message: "The server could not handle the request." },
  full: { status: 503, code: "full", message: "There is no room for more readers. Try again later.", headers: soon },
  closing: { status: 503, code: "closing", message: "The server is ending. Try again.", headers: soon },
  late: { status: 504, code: "timeout", message: "The server took too long. Try again." },
} satisfies Record<string, Refusal>;

export function refuse({ status, code, message, headers }: Refusal, more: Record<string, string>): Response {
  const all = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", ...more, ...headers };
  return Response.json({ error: { code, message } }, { status, headers: all });
}
