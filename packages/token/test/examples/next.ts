// app/api/token/route.ts
import { createTokenHandler } from "@voxpipe/token";

/** Put your own sessions here: the user of each id that a cookie may hold. */
const sessions = new Map([["grace", "user-1"]]);

const token = createTokenHandler({
  // `next build` loads this file without the server's environment: a key that is missing is reported at the first request.
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  // Whoever it lets through spends your money.
  authorize(request) {
    const [, id = ""] = /(?:^|;\s*)session=(\w+)/.exec(request.headers.get("cookie") ?? "") ?? [];
    return sessions.get(id) ?? false;
  },
  maxSessionDurationSeconds: 600,
});

export const POST = token;
export const OPTIONS = token;
