import { type FaultTimes, faults } from "./faults.ts";
import { redisFigures, serverFigures, sum } from "./figures.ts";
import { type Service, startService } from "./service.ts";
import { until, wait } from "./waiting.ts";
import type { Worker } from "./worker.ts";

export interface LoadOptions {
  /** Where the built programs are. */
  readonly programs: string;
  readonly readers: number;
  readonly rooms: number;
  /** How long it is measured, in seconds; with faults, how long they have between them. */
  readonly seconds: number;
  /** Partials a second in a room. */
  readonly rate: number;
  /** None without it. */
  readonly faults?: FaultTimes | undefined;
  /** Of the servers, in ms. With faults short enough that who takes nothing is gone at the end: its traffic alone fills no socket. */
  readonly stallTimeout?: number;
  readonly maxConnectionAge?: number;
  readonly log: (line: string) => void;
}

export interface LoadReport {
  readonly readers: number;
  /** Final turns that all publishers handed over to the relay, without those that were lost with a publisher. */
  readonly finals: number;
  /** Sums over readers, of those that should have a final: that have not; that came twice; out of order. */
  readonly missing: number;
  readonly repeated: number;
  readonly unordered: number;
  /** From publishing to a reader's socket, in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** That a reader gets a second. */
  readonly partials: number;
  readonly reconnects: number;
  /** That all readers got a second. */
  readonly megabytes: number;
  /** Of each server. CPU in percent of one core. */
  readonly servers: readonly { readonly cpu: number; readonly mb: number; readonly mostMb: number }[];
  /** Of both servers, for 1,000 readers; memory beyond what they took without any. */
  readonly perThousand: { readonly cpu: number; readonly mb: number };
  readonly redis: { readonly cpu: number; readonly mb: number };
  readonly publisherMostMb: number;
  /** How long after its end every reader had all that was said until then. */
  readonly faults: readonly { readonly name: string; readonly recovered: string }[];
  /** Readers that were made to take nothing, and how many of them the servers still hold. */
  readonly stalled: number;
  readonly stillHeld: number;
  readonly complaints: readonly string[];
}

/** In ms. */
const patience = 120_000;

/** Many readers of a service, for a while. */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const { rooms, log, stallTimeout = 15_000 } = options;
  const { maxConnectionAge = options.faults ? 40_000 : 1_800_000 } = options;
  await using service = await startService({ ...options, stallTimeout, maxConnectionAge });
  // They speak already, and nobody reads.
  await wait(1000);
  const empty = await serverFigures(service);
  const reading = await service.start("readers", [service.ports.join(), String(options.readers), String(rooms)]);
  const allAreThere = async () => sum(await serverFigures(service), "readers") >= options.readers;
  if ((await until(allAreThere, patience)) === undefined) throw new Error("Not all readers were let in.");
  log(`${options.readers} readers are there.`);

  await reading.ask("measure", true);
  const [before, redisBefore, begun] = [await serverFigures(service), await redisFigures(service), performance.now()];
  const run = options.faults ? await runFaults(options.faults, service, reading, options) : undefined;
  if (!run) await wait(options.seconds * 1000);
  const elapsed = performance.now() - begun;
  const [after, redisAfter] = [await serverFigures(service), await redisFigures(service)];
  const during = (await reading.ask("measure", false)) ?? {};
  const publisherMostMb = ((await service.publisher.ask("stats"))?.mostRss ?? 0) / 2 ** 20;

  const stalled = run?.stalled ?? 0;
  const counted = options.readers - stalled;
  const said = await service.publisher.ask("end");
  const publisher = service.publisher.process.pid;
  const count = async () => (await reading.ask("count", { first: counted, publisher, said })) ?? {};
  if ((await until(async () => (await count()).missing === 0, 90_000)) === undefined) log("Finals are missing.");
  // What comes twice has come by then.
  await wait(1000);
  const { missing = -1, repeated = -1, unordered = -1, finals = 0 } = await count();

  const held = async () => Math.max(0, sum(await serverFigures(service), "connections") - counted);
  if ((await until(async () => (await held()) === 0, patience)) === undefined) log("Servers hold who takes nothing.");
  // A process that was started again has used none before.
  const cpu = (now: number, then: number) => ((now < then || options.faults ? now : now - then) / elapsed) * 100;
  const servers = after.map(({ cpuMs, mb, mostMb }, i) => ({ cpu: cpu(cpuMs, before[i]?.cpuMs ?? 0), mb, mostMb }));
  const thousands = options.readers / 1000;
  return {
    readers: options.readers,
    finals,
    missing,
    repeated,
    unordered,
    p50: during.p50 ?? 0,
    p99: during.p99 ?? 0,
    max: during.max ?? 0,
    partials: (during.partials ?? 0) / options.readers / (elapsed / 1000),
    reconnects: during.reconnects ?? 0,
    megabytes: (during.bytes ?? 0) / 2 ** 20 / (elapsed / 1000),
    servers,
    perThousand: {
      cpu: servers.reduce((total, server) => total + server.cpu, 0) / thousands,
      mb: (sum(after, "mb") - sum(empty, "mb")) / thousands,
    },
    redis: { cpu: cpu(redisAfter.cpuMs, redisBefore.cpuMs), mb: redisAfter.mb },
    publisherMostMb,
    faults: run?.recoveries ?? [],
    stalled,
    stillHeld: await held(),
    complaints: service.complaints(),
  };
}

async function runFaults(times: FaultTimes, service: Service, process: Worker, { readers, seconds, log }: LoadOptions) {
  let stalled = 0;
  const recoveries: { name: string; recovered: string }[] = [];
  for (const { name, run } of faults) {
    log(name);
    stalled += await run(service, { process, count: readers }, times);
    const { publisher } = service;
    const question = { first: readers - stalled, publisher: publisher.process.pid, said: await publisher.ask("stats") };
    const ms = await until(async () => (await process.ask("count", question))?.lacking === 0, patience);
    const recovered = ms === undefined ? "never" : `${(ms / 1000).toFixed(1)} s`;
    log(`recovered after ${recovered}`);
    recoveries.push({ name, recovered });
    await wait((seconds * 1000) / faults.length);
  }
  return { stalled, recoveries };
}
