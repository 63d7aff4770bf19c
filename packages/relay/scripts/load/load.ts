import { once } from "node:events";
import { join } from "node:path";
import { startRedis } from "@voxpipe/testing";
import { createClient } from "redis";
import { type Fault, faults } from "./faults.ts";
import { startProxy } from "./proxy.ts";
import { Worker } from "./worker.ts";

export interface LoadOptions {
  /** Where the built programs are. */
  readonly programs: string;
  readonly readers: number;
  readonly rooms: number;
  /** How long it is measured, in seconds. */
  readonly seconds: number;
  /** Partials a second in a room. */
  readonly rate: number;
  readonly faults: boolean;
  readonly log: (line: string) => void;
}

export interface LoadReport {
  /** Sums over all readers: final turns that some readers of a room have and others have not; that came twice; out of order. */
  readonly missing: number;
  readonly repeated: number;
  readonly unordered: number;
  /** Different final turns that readers have. */
  readonly finals: number;
  /** Final turns that the last publisher handed over, and how many of those readers have. */
  readonly said: number;
  readonly heard: number;
  /** From publishing to a reader's socket, in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly partials: number;
  readonly reconnects: number;
  readonly megabytes: number;
  /** Of each server. */
  readonly servers: readonly { readonly cpuPercent: number; readonly rssMb: number; readonly heapMb: number }[];
  readonly redis: { readonly cpuPercent: number; readonly mb: number };
  /** Readers that were made to take nothing, and how many of them the servers still hold. */
  readonly stalled: number;
  readonly stillHeld: number;
  readonly complaints: readonly string[];
}

/** What faults are made with. */
export interface Service {
  readonly servers: Worker[];
  readonly redis: Awaited<ReturnType<typeof startRedis>>;
  readonly proxy: Awaited<ReturnType<typeof startProxy>>;
  readonly readers: Worker;
  readonly readerCount: number;
  startServer(index: number): Promise<void>;
  startPublisher(): Promise<void>;
  publisher(): Worker;
}

const mb = 2 ** 20;

/** Two server processes, a publisher, one Redis and many readers. */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const { programs, rooms, rate, seconds, log } = options;
  await using redis = await startRedis();
  // One server reaches Redis through a network that can be cut.
  await using proxy = await startProxy(Number(new URL(redis.url).port));
  const urls = [redis.url, proxy.url];
  const ports = [0, 0];
  const servers: Worker[] = [];
  const complaints: string[] = [];
  let publisher: Worker | undefined;
  let said = 0;
  const all: Worker[] = [];

  const start = async (name: string, args: readonly string[], env?: Record<string, string>) => {
    const worker = new Worker(join(programs, `${name}.js`), args, env);
    all.push(worker);
    const [message] = await once(worker.process, "message");
    return { worker, port: Number(message.listening) };
  };
  const startServer = async (index: number) => {
    const args = [String(ports[index]), urls[index] ?? ""];
    // With faults short enough for what takes nothing to be gone at the end: its traffic alone would fill no socket.
    const bounds = { STALL_TIMEOUT: "15000", MAX_AGE: options.faults ? "40000" : "1800000" };
    const { worker, port } = await start("server", args, bounds);
    servers[index] = worker;
    ports[index] = port;
  };
  const startPublisher = async () => {
    publisher = (await start("publisher", [redis.url, String(rooms), String(rate)])).worker;
  };
  const readers = async () => (await start("readers", [ports.join(), String(options.readers), String(rooms)])).worker;

  try {
    await startServer(0);
    await startServer(1);
    await startPublisher();
    const reading = await readers();
    await until(async () => (await totalReaders(servers)) >= options.readers, 120_000);
    log(`${options.readers} readers are there.`);
    await reading.ask("measure", true);
    const before = await Promise.all(servers.map((server) => server.ask("stats")));
    const redisBefore = await redisFigures(redis.url);
    const begun = performance.now();
    const service: Service = {
      servers,
      redis,
      proxy,
      readers: reading,
      readerCount: options.readers,
      startServer,
      startPublisher,
      publisher: () => publisher ?? fail("There is no publisher."),
    };
    let stalled = 0;
    if (options.faults) stalled = await runFaults(faults, service, seconds, log);
    else await wait(seconds * 1000);
    const elapsed = performance.now() - begun;
    const after = await Promise.all(servers.map((server) => server.ask("stats")));
    const redisAfter = await redisFigures(redis.url);
    await reading.ask("measure", false);
    const end = await publisher?.ask("end");
    said += end?.finals ?? 0;
    const speaker = publisher?.process.pid;
    // All that was said has arrived once nobody has less than the others any more.
    const counted = options.readers - stalled;
    const ask = async () => (await reading.ask("stats", { first: counted, publisher: speaker })) ?? {};
    await until(async () => {
      const [before, after] = [await ask(), await wait(1000).then(ask)];
      return after.missing === 0 && after.distinct === before.distinct;
    }, 90_000).catch(() => log("Something is still missing."));
    const stats = await ask();
    let stillHeld = 0;
    const held = async () => {
      const figures = await Promise.all(servers.map((server) => server.ask("stats")));
      stillHeld = Math.max(0, figures.reduce((sum, server) => sum + (server?.connections ?? 0), 0) - counted);
      return stillHeld === 0;
    };
    await until(held, 60_000).catch(() => log("Servers still hold readers that take nothing."));
    for (const worker of all) for (const [line, times] of worker.complaints) complaints.push(`${line} (${times})`);
    return {
      missing: stats.missing ?? -1,
      repeated: stats.repeated ?? -1,
      unordered: stats.unordered ?? -1,
      finals: stats.distinct ?? 0,
      said,
      heard: stats.ofPublisher ?? 0,
      p50: stats.p50 ?? 0,
      p99: stats.p99 ?? 0,
      max: stats.max ?? 0,
      partials: stats.partials ?? 0,
      reconnects: stats.reconnects ?? 0,
      megabytes: (stats.bytes ?? 0) / mb,
      servers: after.map((figures, i) => ({
        cpuPercent: (((figures?.cpuMs ?? 0) - (options.faults ? 0 : (before[i]?.cpuMs ?? 0))) / elapsed) * 100,
        rssMb: (figures?.rss ?? 0) / mb,
        heapMb: (figures?.heap ?? 0) / mb,
      })),
      redis: {
        cpuPercent: ((redisAfter.cpuMs - (options.faults ? 0 : redisBefore.cpuMs)) / elapsed) * 100,
        mb: redisAfter.bytes / mb,
      },
      stalled,
      stillHeld,
      complaints,
    };
  } finally {
    await Promise.all(all.map((worker) => worker.kill()));
  }
}

async function runFaults(
  list: readonly Fault[],
  service: Service,
  seconds: number,
  log: (line: string) => void,
): Promise<number> {
  let stalled = 0;
  for (const { name, run } of list) {
    log(name);
    stalled += (await run(service)) ?? 0;
    await wait((seconds * 1000) / list.length / 2);
  }
  return stalled;
}

async function totalReaders(servers: readonly Worker[]): Promise<number> {
  const figures = await Promise.all(servers.map((server) => server.ask("stats")));
  return figures.reduce((sum, stats) => sum + (stats?.readers ?? 0), 0);
}

async function redisFigures(url: string): Promise<{ cpuMs: number; bytes: number }> {
  const client = createClient({ url });
  client.on("error", () => {});
  await client.connect();
  const text = await client.info();
  client.destroy();
  const figure = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1] ?? 0);
  return { cpuMs: 1000 * (figure("used_cpu_user") + figure("used_cpu_sys")), bytes: figure("used_memory") };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(holds: () => Promise<boolean>, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not happen within ${ms} ms.`);
    await wait(250);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
