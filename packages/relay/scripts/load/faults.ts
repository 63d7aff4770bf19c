import type { Service } from "./load.ts";

export interface Fault {
  readonly name: string;
  /** Returns how many readers it has made to take nothing, for good. */
  readonly run: (service: Service) => Promise<number | undefined>;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One after another, with time to recover between them. */
export const faults: readonly Fault[] = [
  {
    name: "kill -9 of a server, which starts again 2 s later",
    async run({ servers, startServer }) {
      await servers[0]?.kill();
      await wait(2000);
      await startServer(0);
      return 0;
    },
  },
  {
    name: "kill -9 of the publisher; another takes over 2 s later",
    async run({ publisher, startPublisher }) {
      await publisher().kill();
      await wait(2000);
      await startPublisher();
      return 0;
    },
  },
  {
    name: "Redis restarted with nothing in it, 2 s later",
    async run({ redis }) {
      await redis.stop();
      await wait(2000);
      await redis.start();
      return 0;
    },
  },
  {
    name: "Redis frozen for 8 s",
    async run({ redis }) {
      redis.freeze();
      await wait(8000);
      redis.thaw();
      return 0;
    },
  },
  {
    name: "a tenth of the readers takes nothing from now on",
    async run({ readers, readerCount }) {
      const count = Math.ceil(readerCount / 10);
      await readers.ask("pause", { from: readerCount - count, to: readerCount, mode: "stall" });
      return count;
    },
  },
  {
    name: "the network between Redis and a server cut for 30 s, a tenth of the readers cut off as well",
    async run({ proxy, readers, readerCount }) {
      const range = { from: 0, to: Math.ceil(readerCount / 10) };
      proxy.cut();
      await readers.ask("pause", { ...range, mode: "pause" });
      await wait(30_000);
      await readers.ask("pause", { ...range, mode: "resume" });
      proxy.mend();
      return 0;
    },
  },
];
