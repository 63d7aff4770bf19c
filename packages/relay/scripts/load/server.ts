import { createServer } from "node:http";
import { createClient } from "redis";
import { createRelay } from "../../src/index.ts";
import { toNodeListener } from "../../src/node.ts";
import { answer } from "./worker.ts";

/** A server process: everybody may read. Started with its port and the address of Redis. */
const [port = "0", redisUrl = ""] = process.argv.slice(2);
const relay = createRelay({
  redis: createClient({ url: redisUrl }),
  stallTimeout: Number(process.env.STALL_TIMEOUT),
  maxConnectionAge: Number(process.env.MAX_AGE),
  // They are counted by the one who starts this.
  onError: (error) => process.stderr.write(`${error.code}\n`),
});
const handler = relay.handler({ authorize: () => true });
const server = createServer(toNodeListener(handler));
let accepted = 0;
server.on("connection", () => accepted++);
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ listening: typeof address === "object" && address !== null ? address.port : 0 });
});

function connections(): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}

const begun = process.cpuUsage();
answer({
  async stats() {
    const { user, system } = process.cpuUsage(begun);
    return {
      cpuMs: (user + system) / 1000,
      rss: process.memoryUsage.rss(),
      mostRss: process.resourceUsage().maxRSS * 1024,
      readers: relay.stats().readers,
      connections: await connections(),
      accepted,
    };
  },
});
