import { createTokenHandler } from "@voxpipe/token";
import { createClient } from "redis";
import { userOf } from "./session.ts";

export const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
redis.on("error", (error) => console.error("Redis:", error));
await redis.connect();

export const token = createTokenHandler({
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  authorize: (request) => userOf(request) ?? false,
  rateLimit: { requests: 10, perSeconds: 60, redis },
});
