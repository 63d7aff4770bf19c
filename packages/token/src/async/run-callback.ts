import { causeFromUserCode } from "../errors/safe-cause.ts";
import { TokenError, type TokenErrorCode } from "../errors/token-error.ts";
import { startDeadline, unlessAborted } from "./deadline.ts";

/** How errors name a function from the user's options, and what they say if it throws or does not answer in time. */
export interface Callback {
  /** The start of the message. */
  readonly what: string;
  readonly threw: { readonly code: TokenErrorCode; readonly remedy: string };
  readonly late: { readonly code: TokenErrorCode; readonly remedy: string };
}

export const authorizeCallback: Callback = {
  what: "authorize",
  // Without an identity there is no token.
  threw: { code: "authorize-failed", remedy: "Fix the function; return false for a visitor who may not have a token." },
  late: {
    code: "authorize-timeout",
    remedy: "Check what the function waits for, such as a session store, or raise authorizeTimeout.",
  },
};

export const durationCallback: Callback = {
  what: "a duration function",
  threw: { code: "option-failed", remedy: "Fix the function expiresInSeconds or maxSessionDurationSeconds." },
  late: {
    code: "option-timeout",
    remedy: "Check what expiresInSeconds and maxSessionDurationSeconds wait for, or raise authorizeTimeout.",
  },
};

export const keyCallback: Callback = {
  what: "apiKey",
  threw: { code: "option-failed", remedy: "Fix the function apiKey." },
  late: {
    code: "option-timeout",
    remedy: "Check what apiKey waits for, keep the key in memory, or raise authorizeTimeout.",
  },
};

export interface CallbackRun extends Callback {
  readonly request: Request;
  /** The API key; no error shows it. */
  readonly secret: string;
  readonly authorizeTimeout: number | undefined;
}

/**
 * Runs a function from the user's options and waits at most `authorizeTimeout` for it. If it throws, rejects with a
 * `TokenError` that names the function and does not contain the key.
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
      const message = `No token was given: ${faults.what} did not answer within ${authorizeTimeout} ms.`;
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

/** The visitor disconnected, so nobody needs the token. */
export function visitorLeft(): TokenError {
  return new TokenError("aborted", "No token was given: the visitor disconnected.", {
    remedy: "Nothing needs to be done.",
  });
}
