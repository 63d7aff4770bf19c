import { startDeadline, unlessAborted } from "../async/deadline.ts";
import { authorizeCallback, durationCallback, runCallback, visitorLeft } from "../async/run-callback.ts";
import { createTemporaryToken } from "../create-temporary-token.ts";
import { causeFromUserCode } from "../errors/safe-cause.ts";
import { TokenError } from "../errors/token-error.ts";
import { type Refusal, Refused, refusalFor, refusals } from "../http/http-errors.ts";
import { limitRequest } from "../http/limited-body.ts";
import { createRateLimit } from "../rate-limit/rate-limit.ts";
import type { TemporaryToken } from "../request/token-response.ts";
import { type AddressSource, clientAddress } from "./client-address.ts";
import { type HandlerKey, handlerKey } from "./handler-key.ts";
import type { Authorize, PerIdentity, TokenErrorContext, TokenHandlerSettings } from "./handler-options.ts";
import { countedKey, type Identity, identityKey, isNobody, noIdentity } from "./identity.ts";

/** The longest `Retry-After`, in seconds: a year. Far larger numbers are not written as plain digits. */
const longestWait = 365 * 86_400;

/** What is known about a request so far. */
interface Visit<I> {
  readonly request: Request;
  identity: I | undefined;
}

/**
 * Handles a request with an accepted method and origin: limit by address, body, `authorize`, limit by identity, token. A
 * step ends the route by throwing a `Refused`, or a `TokenError` if the fault is the server's: `onError` gets that in full,
 * and the visitor gets a refusal that reveals nothing.
 */
export function createRoute<I extends Identity>(
  settings: TokenHandlerSettings<I>,
  authorize: Authorize<I>,
): (request: Request) => Promise<TemporaryToken | Refusal | Response> {
  const key = handlerKey(settings.apiKey, settings.authorizeTimeout);
  const limitRate = limitStep(settings, key);
  const identify = identifyStep(settings, key, authorize);
  const mint = mintStep(settings, key);

  return async (request) => {
    const visit: Visit<I> = { request, identity: undefined };
    try {
      const apiKey = await key.forRequest(request);
      await limitRate("address", visit);
      const identity = await identify(request);
      visit.identity = identity;
      await limitRate("identity", visit);
      return await mint(request, apiKey, identity);
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      const failure = error instanceof TokenError ? error : unforeseen(error, key.secret());
      const refusal = refusalFor(failure.code, failure.retryAfterSeconds);
      // A visitor who disconnects is not a failure.
      if (failure.code !== "aborted") report(settings, key, failure, { ...visit, status: refusal.status });
      return refusal;
    }
  };
}

function limitStep<I extends Identity>(settings: TokenHandlerSettings<I>, key: HandlerKey) {
  const { rateLimit = {}, address } = settings;
  if (rateLimit === false) return async () => {};
  const { by = "identity" } = rateLimit;
  const take = createRateLimit(rateLimit, key.secret);

  return async (known: "address" | "identity", visit: Visit<I>): Promise<void> => {
    if (known !== by) return;
    const visitor = by === "identity" ? identityKey(visit.identity) : addressOf(visit.request, address);
    const { allowed, retryAfterSeconds = 1 } = await take(await countedKey(`${by}:${visitor}`), (error) => {
      report(settings, key, error, { ...visit, status: undefined });
    });
    if (allowed) return;
    // A limiter from the options may return anything; the header needs a number.
    const seconds = Number.isFinite(retryAfterSeconds) ? Math.ceil(retryAfterSeconds) : 1;
    throw new Refused(refusals.tooMany(Math.min(Math.max(1, seconds), longestWait)));
  };
}

function addressOf(request: Request, source: AddressSource | undefined): string {
  const address = source === undefined ? undefined : clientAddress(request, source);
  if (address !== undefined) return address;
  throw new TokenError("address-unknown", "No token was given: the declared source holds no client address.", {
    remedy: "Check the option address, and that clients can reach this server only through the proxy.",
  });
}

function identifyStep<I extends Identity>(settings: TokenHandlerSettings<I>, key: HandlerKey, authorize: Authorize<I>) {
  const { authorizeTimeout } = settings;
  return async (request: Request): Promise<I> => {
    const visitor = await readable(request, settings);
    const verdict = await runCallback(
      async () => {
        // `authorize` may throw a response, as frameworks do.
        const answer = await ask(() => authorize(visitor));
        if (!(answer instanceof Response)) return answer;
        // Hono's Node server replaces the class Response; its own would make 200 of this.
        if (answer.status === 0) throw new TypeError("Response.error() is no answer to a visitor.");
        // A copy, since the headers of a fetched or redirecting response cannot be changed.
        return new Response(answer.body, answer);
      },
      { request, secret: key.secret(), authorizeTimeout, ...authorizeCallback },
    );
    if (verdict instanceof Response) throw new Refused(verdict);
    if (isNobody(verdict)) throw new Refused(refusals.unauthorized);
    if (identityKey(verdict) === undefined) throw noIdentity(verdict);
    return verdict;
  };
}

async function ask<T>(authorize: () => T | Promise<T>): Promise<T | Response> {
  try {
    return await authorize();
  } catch (thrown) {
    if (thrown instanceof Response) return thrown;
    throw thrown;
  }
}

/** The request with its body in memory, so that a client cannot make the server read more of it, or wait forever. */
async function readable<I>(request: Request, settings: TokenHandlerSettings<I>): Promise<Request> {
  const { maxBodyBytes = 16_384, timeout = 10_000 } = settings;
  const deadline = startDeadline(timeout, request.signal);
  try {
    const limited = await unlessAborted(limitRequest(request, maxBodyBytes, deadline.signal), deadline.signal);
    if (limited !== undefined) return limited;
  } catch {
    const ended = deadline.ended();
    if (ended === "aborted") throw visitorLeft();
    throw new Refused(ended === "timeout" ? refusals.slowBody : refusals.badBody);
  } finally {
    deadline.cleanup();
  }
  throw new Refused(refusals.bodyTooLarge);
}

function mintStep<I extends Identity>(settings: TokenHandlerSettings<I>, key: HandlerKey) {
  const { apiHost, fetch, timeout, maxRetries, retryDelay, authorizeTimeout } = settings;
  return async (request: Request, apiKey: string, identity: I): Promise<TemporaryToken> => {
    const [expiresInSeconds = 60, maxSessionDurationSeconds] = await runCallback(
      () =>
        Promise.all([pick(settings.expiresInSeconds, identity), pick(settings.maxSessionDurationSeconds, identity)]),
      { request, secret: key.secret(), authorizeTimeout, ...durationCallback },
    );
    // A visitor who disconnects gets no token.
    const { signal } = request;
    const service = { apiKey, apiHost, fetch, timeout, maxRetries, retryDelay, signal };
    return createTemporaryToken({ ...service, expiresInSeconds, maxSessionDurationSeconds });
  };
}

async function pick<I, T>(value: PerIdentity<I, T>, identity: I): Promise<T> {
  return isFunction(value) ? value(identity) : value;
}

function isFunction<I, T>(value: PerIdentity<I, T>): value is (identity: I) => T | Promise<T> {
  return typeof value === "function";
}

/** An unexpected failure: a bug here, or in the `address` function. */
function unforeseen(cause: unknown, secret: string): TokenError {
  return new TokenError("option-failed", "No token was given: an option of the handler threw.", {
    remedy: "See the error's cause.",
    cause: causeFromUserCode(cause, secret),
  });
}

/** Calls `onError`, which may be slow or fail without harm to the visitor. */
function report<I>(
  { onError = (failure: TokenError) => console.error(failure) }: TokenHandlerSettings<I>,
  key: HandlerKey,
  error: TokenError,
  context: TokenErrorContext,
): void {
  const telling = async () => onError(error, context);
  telling().catch((cause) => {
    console.error(error);
    console.error(
      new TokenError("option-failed", "onError threw.", {
        remedy: "Correct it.",
        cause: causeFromUserCode(cause, key.secret()),
      }),
    );
  });
}
