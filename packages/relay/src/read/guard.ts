import { RelayError } from "../relay-error.ts";
import { roomFault } from "../room-name.ts";
import { untilAborted, within } from "../timing/abort.ts";
import { corsHeaders, isForeign, originFault, preflightHeaders } from "./cors.ts";
import { type Authorize, identityKey, isNobody } from "./identity.ts";
import { type Refusal, refusals, refuse } from "./refusals.ts";

export interface GuardOptions {
  /** Decides who may read a room. Required: a room may hold what is not for everybody. */
  readonly authorize: Authorize;
  /** The room that a request asks for. @default its query parameter `room` */
  readonly room?: ((request: Request) => string | null | undefined) | undefined;
  /** Other origins whose pages may read, exactly as browsers send them: `https://app.example`. @default none */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** How long `authorize` may take, in ms. Beyond it the response is 504. @default 10_000 */
  readonly authorizeTimeout?: number | undefined;
}

/** A request that may read a room. */
export interface Admission {
  readonly room: string;
  /** What the reader is counted by; null if it is not. */
  readonly identity: string | null;
  /** For the response: they let pages of listed origins read it. */
  readonly headers: Record<string, string>;
}

export type Guard = (request: Request) => Promise<Admission | Response>;

/** What comes before any reading: method, origin, room, identity. `onError` is called for failures that are the server's. */
export function createGuard(options: GuardOptions, onError: (error: RelayError) => void): Guard {
  checkGuardOptions(options);
  const { authorize, room: roomOf = roomOfQuery, authorizeTimeout = 10_000 } = options;
  const origins = new Set(options.allowedOrigins);

  return async (request) => {
    const headers = corsHeaders(request, origins);
    const deny = (refusal: Refusal) => refuse(refusal, headers);
    if (isForeign(request, origins)) return deny(refusals.foreignOrigin);
    if (request.method === "OPTIONS")
      return new Response(null, { status: 204, headers: { ...headers, ...preflightHeaders } });
    if (request.method !== "GET" && request.method !== "HEAD") return deny(refusals.badMethod);
    try {
      const room = await runCallback("room", async () => roomOf(request));
      if (typeof room !== "string" || roomFault(room) !== undefined) return deny(refusals.badRoom);
      const work = runCallback("authorize", async () => authorize(request, room));
      const verdict = await untilAborted(
        within(authorizeTimeout, work, () => late(authorizeTimeout)),
        request.signal,
      );
      if (verdict instanceof Response) return withHeaders(verdict, headers);
      if (isNobody(verdict)) return deny(refusals.unauthorized);
      const identity = identityKey(verdict);
      if (identity === undefined) throw noIdentity(verdict);
      return { room, identity, headers };
    } catch (error) {
      // The reader has left; 499 is how logs name that.
      if (request.signal.aborted) return new Response(null, { status: 499 });
      if (error instanceof RelayError) onError(error);
      return deny(
        error instanceof RelayError && error.code === "authorize-timeout" ? refusals.late : refusals.internal,
      );
    }
  };
}

function roomOfQuery({ url }: Request): string | null {
  return new URL(url).searchParams.get("room");
}

/** What a function of the user's returns. It may throw a response, as in many frameworks. */
async function runCallback<T>(name: string, callback: () => Promise<T>): Promise<T | Response> {
  try {
    return await callback();
  } catch (cause) {
    if (cause instanceof Response) return cause;
    throw new RelayError("authorize-failed", `Nobody was let in: ${name} threw.`, {
      remedy: "Correct it; to refuse a reader it returns false.",
      cause,
    });
  }
}

function late(ms: number): RelayError {
  return new RelayError("authorize-timeout", `Nobody was let in: authorize gave no answer within ${ms} ms.`, {
    remedy: "Check what it asks, such as a store of sessions, or raise authorizeTimeout.",
    retryable: true,
  });
}

function noIdentity(verdict: unknown): RelayError {
  return new RelayError(
    "authorize-failed",
    `Nobody was let in: authorize returned a value of type ${typeof verdict}.`,
    {
      remedy: "Return a text or an object with an id for a reader, true for anybody, false for nobody.",
    },
  );
}

/** The response that `authorize` chose, no more public than our own. It is a copy: those of `fetch` cannot be changed. */
function withHeaders(response: Response, headers: Record<string, string>): Response {
  const copy = new Response(response.body, response);
  for (const [name, value] of Object.entries({ ...headers, "Cache-Control": "no-store" }))
    copy.headers.set(name, value);
  return copy;
}

function checkGuardOptions({ authorize, room, allowedOrigins = [], authorizeTimeout }: GuardOptions): void {
  const fail = (message: string, remedy: string) => new RelayError("invalid-options", message, { remedy });
  if (typeof authorize !== "function")
    throw fail("The handler has no authorize.", "Say who may read a room: authorize: (request, room) => …");
  if (room !== undefined && typeof room !== "function")
    throw fail("The option room is no function.", "Return the room's name from the request.");
  if (authorizeTimeout !== undefined && !(authorizeTimeout > 0))
    throw fail(`authorizeTimeout is ${authorizeTimeout}.`, "Use a number of ms above 0.");
  for (const origin of allowedOrigins) {
    const fault = originFault(origin);
    if (fault) throw fail(`The origin ${JSON.stringify(origin)} ${fault}.`, "Correct allowedOrigins.");
  }
}
