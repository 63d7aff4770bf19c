import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import type { HandshakeAction } from "./fault.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { Observer } from "./observation.ts";
import { answerTokenRequest, type JsonReply, type TokenErrorShape } from "./token-endpoint.ts";

/** What the HTTP side of an emulator stands on. */
export interface HttpContext {
  readonly credentials: Credentials;
  readonly faults: FaultPlan;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly tokenErrors: TokenErrorShape;
}

/** Answers plain HTTP: tokens at `/v3/token`, and a reason for everything else. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, context: HttpContext): void {
  // What a client sends along is of no interest, but has to be read for the connection to go on.
  request.resume();
  const { pathname, searchParams } = targetOf(request);
  if (pathname === "/v3/token" && request.method === "GET")
    return answerToken(request, response, searchParams, context);
  const upgrade = pathname === "/v3/ws";
  const status = upgrade ? 426 : pathname === "/v3/token" ? 405 : 404;
  const error = upgrade ? "Sessions are WebSockets." : `Nothing here answers ${request.method} ${pathname}.`;
  const headers = upgrade ? { upgrade: "websocket" } : status === 405 ? { allow: "GET" } : {};
  reply(response, { status, body: { error } }, headers);
}

/** The path and query of a request; where they cannot be read, a path that nothing answers. */
export function targetOf(request: IncomingMessage): URL {
  const base = "http://emulator";
  return URL.canParse(request.url ?? "/", base) ? new URL(request.url ?? "/", base) : new URL("/unreadable", base);
}

function answerToken(
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  { credentials, faults, observer, clock, tokenErrors }: HttpContext,
): void {
  const answer = () => {
    const result = answerTokenRequest(query, request.headers.authorization, credentials, tokenErrors);
    observer.events.send({ type: "token", status: result.status });
    reply(response, result);
  };
  failRequest(faults.tokenRequest(), response, clock, answer);
}

/** Does to a request what the faults say; `proceed` is called where it may still succeed, perhaps later. */
function failRequest(
  actions: readonly HandshakeAction[],
  response: ServerResponse,
  clock: Clock,
  proceed: () => void,
): void {
  const [action, ...rest] = actions;
  if (action === undefined) proceed();
  else if (action === "hang") return;
  else if (action === "drop") response.socket?.destroy();
  else if (action === "reset") response.socket?.resetAndDestroy();
  else if ("refuse" in action) {
    response.writeHead(action.refuse, { ...action.headers });
    response.end(action.body ?? "");
  } else {
    const cancel = clock.after(action.delay, () => failRequest(rest, response, clock, proceed));
    response.on("close", cancel);
  }
}

function reply(response: ServerResponse, { status, body }: JsonReply, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}
