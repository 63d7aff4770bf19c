import { createServer } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { createTokenHandler } from "../src/index.ts";

/** One of several server processes: prints its port, then what its onError gets. Ends with its standard input. */
async function main(): Promise<void> {
  const { UPSTREAM = "", REDIS_URL = "", CLIENT, WHEN_UNAVAILABLE, TIMEOUT = "20000" } = process.env;
  const handler = createTokenHandler({
    apiKey: "not-a-real-key-0123456789",
    apiHost: UPSTREAM,
    authorize: () => "ada",
    rateLimit: {
      requests: 20,
      perSeconds: 600,
      redis: CLIENT === "ioredis" ? await ioredis(REDIS_URL) : await nodeRedis(REDIS_URL),
      whenUnavailable: WHEN_UNAVAILABLE === "memory" ? "memory" : "refuse",
      timeout: Number(TIMEOUT),
    },
    onError: (error) => console.log(error.code),
  });
  const server = createServer(createRequestListener(handler)).listen(0, "127.0.0.1", () => {
    const address = server.address();
    console.log(typeof address === "object" && address !== null ? address.port : "no port");
  });
  process.stdin.on("end", () => process.exit(0)).resume();
}

async function nodeRedis(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: 50 } });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function ioredis(url: string) {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 });
  client.on("error", () => {});
  await client.connect();
  return client;
}

main();
