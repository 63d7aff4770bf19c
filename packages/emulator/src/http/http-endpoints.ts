import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import { resetSocket } from "../connection/reset-socket.ts";
import { EmulatorError } from "../emulator-error.ts";
import type { HandshakeAction } from "../faults/fault.ts";
import type { FaultPlan } from "../faults/fault-plan.ts";
import type { Observer } from "../observation/observer.ts";
import type { LatencyModel } from "../session/latency.ts";
import { type AllowedHosts, originRefusal } from "./allowed-hosts.ts";
import { answerControl, type Controls } from "./control-endpoint.ts";
import type { Credentials } from "./credentials.ts";
import { type RequestTarget, targetOf } from "./request-target.ts";
import { answerTokenRequest, type JsonReply, type TokenErrorShape } from "./token-endpoint.ts";

/** What the HTTP side of an emulator needs. */
export interface HttpContext {
  readonly credentials: Credentials;
  readonly faults: FaultPlan;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly hosts: AllowedHosts;
  readonly latency: LatencyModel;
  readonly tokenErrors: TokenErrorShape;
  /** Absent where nothing is answered under `/emulator/`. */
  readonly controls: Controls | undefined;
}

/** Answers plain HTTP: tokens at `/v3/token`, controls under `/emulator/`, and a reason for everything else. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, context: HttpContext): void {
  try {
    route(request, response, context);
  } catch {
    answerBroken(response);
  }
}

function route(request: IncomingMessage, response: ServerResponse, context: HttpContext): void {
  const stranger = context.hosts.refusal(request);
  if (stranger !== undefined) return forbid(request, response, stranger);
  const target = readTarget(request);
  if (target instanceof EmulatorError) reply(response, { status: 400, body: { error: target.message } });
  else if (target.path === "/v3/token" && request.method === "GET") answerToken(request, response, target, context);
  else if (target.path.startsWith("/emulator/") && context.controls !== undefined) {
    const foreign = originRefusal(request);
    if (foreign !== undefined) return forbid(request, response, foreign);
    answerControl(request, target.path, context.controls)
      .then((result) => {
        request.resume();
        reply(response, result);
      })
      .catch(() => answerBroken(response));
  } else answerNothing(request, response, target.path);
}

/** The request's target, or what is wrong with it. */
export function readTarget(request: IncomingMessage): RequestTarget | EmulatorError {
  try {
    return targetOf(request);
  } catch (error) {
    if (error instanceof EmulatorError) return error;
    throw error;
  }
}

function forbid(request: IncomingMessage, response: ServerResponse, reason: string): void {
  request.resume();
  reply(response, refusal(403, reason));
}

function answerNothing(request: IncomingMessage, response: ServerResponse, path: string): void {
  // The body is not used, but must be read to keep the connection usable.
  request.resume();
  if (path === "/v3/ws") reply(response, refusal(426, "Sessions are WebSockets."), { upgrade: "websocket" });
  else if (path === "/v3/token") reply(response, refusal(405, "Tokens are asked for by GET."), { allow: "GET" });
  else reply(response, refusal(404, `Nothing here answers ${request.method} ${path}.`));
}

function refusal(status: number, error: string): JsonReply {
  return { status, body: { error } };
}

function answerToken(
  request: IncomingMessage,
  response: ServerResponse,
  { query, faults: extra }: RequestTarget,
  { credentials, faults, observer, clock, latency, tokenErrors }: HttpContext,
): void {
  request.resume();
  const answer = () => {
    const result = answerTokenRequest(query, request.headers.authorization, credentials, tokenErrors);
    observer.events.send({ type: "token", status: result.status });
    reply(response, result);
  };
  failRequest([...faults.tokenRequest(extra), { delay: latency.token() }], response, clock, answer);
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
  else if (action === "reset") response.socket && resetSocket(response.socket);
  else if ("refuse" in action) {
    response.writeHead(action.refuse, { ...action.headers });
    response.end(action.body ?? "");
  } else if (action.delay === 0) failRequest(rest, response, clock, proceed);
  else {
    const cancel = clock.after(action.delay, () => {
      try {
        failRequest(rest, response, clock, proceed);
      } catch {
        answerBroken(response);
      }
    });
    response.on("close", cancel);
  }
}

/** What throws while it answers would end the process: it ends the request. */
function answerBroken(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else reply(response, refusal(500, "The server could not answer."));
}

function reply(response: ServerResponse, { status, body }: JsonReply, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(text);
}
