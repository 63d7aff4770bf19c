import { serverFigures, sum } from "./figures.ts";
import { startService } from "./service.ts";
import { until, wait } from "./waiting.ts";

export interface SilentOptions {
  /** Where the built programs are. */
  readonly programs: string;
  /** Connections that ask for a room and read nothing. */
  readonly silent: number;
  /** Readers that read. */
  readonly readers: number;
  readonly rooms: number;
  /** Partials a second in a room. */
  readonly rate: number;
  readonly log: (line: string) => void;
}

export interface SilentReport {
  readonly silent: number;
  /** The most that the servers held at once, and how many are left at the end. */
  readonly mostHeld: number;
  readonly stillHeld: number;
  /** From the last one's arrival until all are gone, in seconds. */
  readonly goneAfter: number;
  /** Of both servers: without them, and the most with them. */
  readonly mbBefore: number;
  readonly mostMb: number;
  /** Of those who read meanwhile. */
  readonly readers: number;
  readonly missing: number;
  readonly repeated: number;
  readonly p50: number;
  readonly p99: number;
  readonly complaints: readonly string[];
}

/** After how long without another one those that are missing are lost, in ms. */
const lost = 5000;
/** In ms. */
const [stallTimeout, maxConnectionAge, patience] = [5000, 60_000, 180_000];

/** Connections that read nothing, beside readers who do: what they cost, and that they go. */
export async function silent(options: SilentOptions): Promise<SilentReport> {
  const { rooms, readers, log } = options;
  await using service = await startService({ ...options, stallTimeout, maxConnectionAge });
  const reading = await service.start("readers", [service.ports.join(), String(readers), String(rooms)]);
  const held = async () => sum(await serverFigures(service), "connections");
  await until(async () => (await held()) >= readers, patience);
  await reading.ask("measure", true);
  await wait(3000);
  const before = await serverFigures(service);

  const attacking = await service.start("silent-readers", [service.ports.join(), String(rooms)]);
  await attacking.ask("open", options.silent);
  let mostHeld = 0;
  let letIn = 0;
  let progress = performance.now();
  const allAreIn = await until(async () => {
    const figures = await serverFigures(service);
    mostHeld = Math.max(mostHeld, sum(figures, "connections"));
    const now = sum(figures, "accepted") - sum(before, "accepted");
    if (now > letIn) progress = performance.now();
    letIn = now;
    // A server that is busy lets some wait in the system until that forgets them.
    if (performance.now() > progress + lost) {
      await attacking.ask("open", options.silent - letIn);
      progress = performance.now();
    }
    return letIn >= options.silent;
  }, patience);
  if (allAreIn === undefined)
    throw new Error(
      `Only ${letIn} of ${options.silent} connections were let in within ${patience / 1000} s. Use a machine that does nothing else, and check the limit of open files (ulimit -n).`,
    );
  log(`${options.silent} connections that read nothing were let in.`);
  const areGone = async () => {
    const now = await held();
    mostHeld = Math.max(mostHeld, now);
    // Those who read come back after their connection's age, a moment later.
    return now <= readers;
  };
  const gone = await until(areGone, patience);

  const { p50 = 0, p99 = 0 } = (await reading.ask("measure", false)) ?? {};
  const said = await service.publisher.ask("end");
  const question = { first: readers, publisher: service.publisher.process.pid, said };
  await until(async () => (await reading.ask("count", question))?.missing === 0, patience);
  const { missing = -1, repeated = -1 } = (await reading.ask("count", question)) ?? {};
  return {
    silent: options.silent,
    mostHeld: mostHeld - readers,
    stillHeld: Math.max(0, (await held()) - readers),
    goneAfter: (gone ?? Number.POSITIVE_INFINITY) / 1000,
    mbBefore: sum(before, "mb"),
    mostMb: sum(await serverFigures(service), "mostMb"),
    readers,
    missing,
    repeated,
    p50,
    p99,
    complaints: service.complaints(),
  };
}
