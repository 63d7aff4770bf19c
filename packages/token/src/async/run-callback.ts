import { causeFromUserCode } from "../errors/safe-cause.ts";
import { TokenError, type TokenErrorCode } from "../errors/token-error.ts";
import { startDeadline, unlessAborted } from "./deadline.ts";

/** What an error says of a function of the user's that threw, or that gave no answer. */
export interface Callback {
  /** As a message begins. */
  readonly what: string;
  readonly threw: { readonly code: TokenErrorCode; readonly remedy: string };
  readonly late: { readonly code: TokenErrorCode; readonly remedy: string };
}

export const authorizeCallback: Callback = {
  what: "authorize",
  // Nobody knows who asks, so nobody gets a token.
  threw: { code: "authorize-failed", remedy: "Correct it; for a visitor who may not have a token it returns false." },
  late: {
    code: "authorize-timeout",
    remedy: "Check what it asks, such as a store of sessions, or raise authorizeTimeout.",
  },
};

export const durationCallback: Callback = {
  what: "a function for the token's durations",
  threw: { code: "option-failed", remedy: "Correct expiresInSeconds or maxSessionDurationSeconds." },
  late: {
    code: "option-timeout",
    remedy: "Check what expiresInSeconds and maxSessionDurationSeconds ask, or raise authorizeTimeout.",
  },
};

export const keyCallback: Callback = {
  what: "apiKey",
  threw: { code: "option-failed", remedy: "Correct the function apiKey, or what it asks." },
  late: {
    code: "option-timeout",
    remedy: "Check what apiKey asks, keep the key in memory, or raise authorizeTimeout.",
  },
};

export interface CallbackRun extends Callback {
  readonly request: Request;
  /** The key, which no error shows. */
  readonly secret: string;
  readonly authorizeTimeout: number | undefined;
}

/**
 * What a function of the user's returns, for which the visitor waits no longer than `authorizeTimeout`. What it throws
 * becomes an error that says whose it was, without the key.
 */
export async function runCallback<T>(
  work: () => Promise<T>,
  { request, secret, authorizeTimeout = 10_000, ...faults }: CallbackRun,
): Promise<T> {
  const deadline = startDeadline(authorizeTimeout, request.signal);
  try {
    return await unlessAborted(work(), deadline.signal);
  } catch (cause) {
    const ended = deadline.ended();
    if (ended === "aborted") throw visitorLeft();
    if (ended === "timeout") {
      const { code, remedy } = faults.late;
      const message = `No token was given: ${faults.what} gave no answer within ${authorizeTimeout} ms.`;
      throw new TokenError(code, message, { remedy, retryable: true });
    }
    const { code, remedy } = faults.threw;
    throw new TokenError(code, `No token was given: ${faults.what} threw.`, {
      remedy,
      cause: causeFromUserCode(cause, secret),
    });
  } finally {
    deadline.cleanup();
  }
}

/** Nobody is left who wants the token. */
export function visitorLeft(): TokenError {
  return new TokenError("aborted", "No token was given: the visitor left.", { remedy: "There is nothing to do." });
}
