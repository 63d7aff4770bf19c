import type { Service } from "./service.ts";
import { wait } from "./waiting.ts";
import type { Worker } from "./worker.ts";

/** In ms. */
export interface FaultTimes {
  /** How long a process that was ended is away. */
  readonly down: number;
  readonly frozen: number;
  readonly cut: number;
}

/** Frozen for longer than the relay waits for Redis, and cut off for half a minute. */
export const realTimes: FaultTimes = { down: 2000, frozen: 8000, cut: 30_000 };

export interface Readers {
  readonly process: Worker;
  readonly count: number;
}

interface Fault {
  readonly name: string;
  /** Returns how many readers it has made to take nothing, for good. */
  readonly run: (service: Service, readers: Readers, times: FaultTimes) => Promise<number>;
}

/** One after another, with time to recover between them. */
export const faults: readonly Fault[] = [
  {
    name: "kill -9 of a server, which starts again",
    async run({ servers, startServer }, _, { down }) {
      await servers[0]?.kill();
      await wait(down);
      await startServer(0);
      return 0;
    },
  },
  {
    name: "kill -9 of the publisher; another takes over",
    async run(service, _, { down }) {
      await service.publisher.kill();
      await wait(down);
      await service.startPublisher();
      return 0;
    },
  },
  {
    name: "Redis restarted with nothing in it",
    async run({ redis }, _, { down }) {
      await redis.stop();
      await wait(down);
      await redis.start();
      return 0;
    },
  },
  {
    name: "Redis frozen",
    async run({ redis }, _, { frozen }) {
      redis.freeze();
      await wait(frozen);
      redis.thaw();
      return 0;
    },
  },
  {
    name: "a tenth of the readers takes nothing from now on",
    async run(_, { process, count }) {
      const stalled = Math.ceil(count / 10);
      await process.ask("change", { from: count - stalled, to: count, mode: "stall" });
      return stalled;
    },
  },
  {
    name: "the network cut: between Redis and a server, and of a fifth of the readers, half of which notice it",
    async run({ proxy }, { process, count }, { cut }) {
      const tenth = Math.ceil(count / 10);
      proxy.cut();
      await process.ask("change", { from: 0, to: tenth, mode: "pause" });
      await process.ask("change", { from: tenth, to: 2 * tenth, mode: "leave" });
      await wait(cut);
      await process.ask("change", { from: 0, to: 2 * tenth, mode: "return" });
      proxy.mend();
      return 0;
    },
  },
];
