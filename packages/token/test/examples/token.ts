import { createTokenHandler } from "@voxpipe/token";
import { userOf } from "./session.ts";

export const token = createTokenHandler({
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  // Whoever it lets through spends your money.
  authorize: (request) => userOf(request) ?? false,
  // The most that one token can cost: ten minutes.
  maxSessionDurationSeconds: 600,
});
