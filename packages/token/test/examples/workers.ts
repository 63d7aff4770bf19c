import { createTokenHandler, type TokenHandler } from "@voxpipe/token";
import { userOf } from "./session.ts";

interface Env {
  readonly ASSEMBLYAI_API_KEY: string;
  readonly ASSEMBLYAI_HOST?: string;
  /** The rate limiting binding, because isolates share no memory. */
  readonly LIMITER: { limit(options: { key: string }): Promise<{ success: boolean }> };
}

let token: TokenHandler | undefined;

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    // Once for each isolate: only here is the environment known.
    token ??= createTokenHandler({
      apiKey: env.ASSEMBLYAI_API_KEY,
      apiHost: env.ASSEMBLYAI_HOST,
      authorize: (visitor) => userOf(visitor) ?? false,
      maxSessionDurationSeconds: 600,
      rateLimit: {
        limiter: {
          take: async (key) => ({ allowed: (await env.LIMITER.limit({ key })).success, retryAfterSeconds: 60 }),
        },
      },
    });
    return token(request);
  },
};
