import { createTokenHandler } from "@voxpipe/token";

const token = createTokenHandler({
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  // Who may spend your money: here, anyone at this machine. On your site, return the id of the signed-in visitor, or false.
  authorize: ({ headers }) => /^localhost(:\d+)?$/.test(headers.get("host") ?? "") && "this machine",
  maxSessionDurationSeconds: 600,
});

export const POST = token;
