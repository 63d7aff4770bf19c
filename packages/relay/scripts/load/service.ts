import { once } from "node:events";
import { join } from "node:path";
import { type RedisServer, startRedis } from "@voxpipe/testing";
import { type NetworkProxy, startProxy } from "./proxy.ts";
import { Worker } from "./worker.ts";

export interface ServiceOptions {
  /** Where the built programs are. */
  readonly programs: string;
  readonly rooms: number;
  /** Partials a second in a room. */
  readonly rate: number;
  /** Of the servers, in ms. */
  readonly stallTimeout: number;
  readonly maxConnectionAge: number;
}

/** Two server processes, a publisher and one Redis. */
export interface Service extends AsyncDisposable {
  readonly servers: readonly Worker[];
  readonly ports: readonly number[];
  readonly redis: RedisServer;
  /** Between Redis and the second server. */
  readonly proxy: NetworkProxy;
  readonly publisher: Worker;
  /** Starts a server again, on its port. */
  startServer(index: number): Promise<void>;
  /** Starts another publisher of the same rooms. */
  startPublisher(): Promise<void>;
  /** Starts one more process, which ends with the service. */
  start(program: string, args: readonly string[]): Promise<Worker>;
  /** What its processes complained of, with how often. */
  complaints(): readonly string[];
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const { programs, rooms, rate, stallTimeout, maxConnectionAge } = options;
  const redis = await startRedis();
  const proxy = await startProxy(Number(new URL(redis.url).port));
  const urls = [redis.url, `redis://127.0.0.1:${proxy.port}`];
  const ports = [0, 0];
  const servers: Worker[] = [];
  const all: Worker[] = [];

  const launch = async (program: string, args: readonly string[], env?: Record<string, string>) => {
    const worker = new Worker(join(programs, `${program}.js`), args, env);
    all.push(worker);
    const [message] = await once(worker.process, "message");
    return { worker, port: Number(message.listening) };
  };
  const startServer = async (index: number) => {
    const bounds = { STALL_TIMEOUT: String(stallTimeout), MAX_AGE: String(maxConnectionAge) };
    const { worker, port } = await launch("server", [String(ports[index]), urls[index] ?? ""], bounds);
    servers[index] = worker;
    ports[index] = port;
  };
  const launchPublisher = async () => (await launch("publisher", [redis.url, String(rooms), String(rate)])).worker;
  const end = async () => {
    await Promise.all(all.map((worker) => worker.kill()));
    await proxy[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  };

  try {
    await startServer(0);
    await startServer(1);
    let publisher = await launchPublisher();
    return {
      servers,
      ports,
      redis,
      proxy,
      get publisher() {
        return publisher;
      },
      startServer,
      async startPublisher() {
        publisher = await launchPublisher();
      },
      start: async (program, args) => (await launch(program, args)).worker,
      complaints: () => all.flatMap(({ complaints }) => [...complaints].map(([line, times]) => `${line} (${times})`)),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
