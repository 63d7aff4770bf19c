import * as v from "valibot";
import { keyCallback, runCallback } from "../async/run-callback.ts";
import { TokenError } from "../errors/token-error.ts";
import { apiKey } from "../request/token-options.ts";
import type { ApiKeySource } from "./handler-options.ts";

/** A handler's API key: read for every request, never shown. */
export interface HandlerKey {
  /** Rejects with a `TokenError` if there is no key. */
  readonly forRequest: (request: Request) => Promise<string>;
  /** What errors must not show: the key if it is known, or "". */
  readonly secret: () => string;
}

export function handlerKey(source: ApiKeySource, authorizeTimeout: number | undefined): HandlerKey {
  let known = typeof source === "string" ? source : "";
  const secret = () => known;
  return {
    secret,
    async forRequest(request) {
      if (typeof source !== "function") return checked(source);
      known = checked(
        await runCallback(async () => source(), { request, secret: known, authorizeTimeout, ...keyCallback }),
      );
      return known;
    },
  };
}

function checked(value: string | undefined): string {
  const result = v.safeParse(apiKey, value, { abortEarly: true });
  if (result.success) return result.output;
  const fault = value === undefined ? "is undefined: is the environment variable set?" : result.issues[0].message;
  throw new TokenError("invalid-options", `No token was given: apiKey ${fault}.`, {
    remedy: "Set it in the environment of the running server, such as ASSEMBLYAI_API_KEY, and start the server again.",
  });
}
