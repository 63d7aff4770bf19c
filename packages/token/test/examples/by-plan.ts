import { createTokenHandler } from "@voxpipe/token";
import { userOf } from "./session.ts";

const plans: Readonly<Record<string, "free" | "paid">> = { ada: "paid" };

export const token = createTokenHandler({
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  authorize(request) {
    const user = userOf(request);
    return user !== undefined && { id: user, plan: plans[user] ?? "free" };
  },
  maxSessionDurationSeconds: ({ plan }) => (plan === "paid" ? 3600 : 300),
});
