import { createTokenHandler } from "@voxpipe/token";
import { userOf } from "./session.ts";

export const token = createTokenHandler({
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  // Anyone this lets through can spend your money.
  authorize: (request) => userOf(request) ?? false,
  // The most that one token can cost: ten minutes.
  maxSessionDurationSeconds: 600,
});
