// app/api/token/route.ts
import { createTokenHandler } from "@voxpipe/token";

/** Replace this with your own sessions: session id to user. */
const sessions = new Map([["grace", "user-1"]]);

const token = createTokenHandler({
  // `next build` loads this file without the server's environment: a missing key is reported at the first request.
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  // Anyone this lets through can spend your money.
  authorize(request) {
    const [, id = ""] = /(?:^|;\s*)session=(\w+)/.exec(request.headers.get("cookie") ?? "") ?? [];
    return sessions.get(id) ?? false;
  },
  maxSessionDurationSeconds: 600,
});

export const POST = token;
export const OPTIONS = token;
