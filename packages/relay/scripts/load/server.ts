import { createServer } from "node:http";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { createClient } from "redis";
import { createRelay } from "../../src/index.ts";
import { answer } from "./worker.ts";

/** A server process: everybody may read. Started with its port and the address of Redis. */
const [port = "0", redisUrl = ""] = process.argv.slice(2);
const relay = createRelay({
  redis: createClient({ url: redisUrl }),
  stallTimeout: Number(process.env.STALL_TIMEOUT ?? 30_000),
  // They are counted by the one who starts this.
  onError: (error) => process.stderr.write(`${error.code}\n`),
});
const handler = relay.handler({ authorize: () => true });
const server = createServer(createRequestListener(handler));
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ listening: typeof address === "object" && address !== null ? address.port : 0 });
});

const begun = process.cpuUsage();
answer({
  stats() {
    const { user, system } = process.cpuUsage(begun);
    const { rss, heapUsed, external } = process.memoryUsage();
    return { cpuMs: (user + system) / 1000, rss, heap: heapUsed + external, readers: relay.stats().readers };
  },
});
