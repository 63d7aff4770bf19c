import { createClient } from "redis";
import type { Service } from "./service.ts";

const mb = 2 ** 20;

export interface ServerFigures {
  /** Since it started. */
  readonly cpuMs: number;
  readonly mb: number;
  /** The most so far. */
  readonly mostMb: number;
  readonly readers: number;
  readonly connections: number;
  /** Connections since it started. */
  readonly accepted: number;
}

export async function serverFigures({ servers }: Service): Promise<ServerFigures[]> {
  const all = await Promise.all(servers.map((server) => server.ask("stats")));
  return all.map(({ cpuMs = 0, rss = 0, mostRss = 0, readers = 0, connections = 0, accepted = 0 } = {}) => ({
    cpuMs,
    mb: rss / mb,
    mostMb: mostRss / mb,
    readers,
    connections,
    accepted,
  }));
}

export function sum(figures: readonly ServerFigures[], name: keyof ServerFigures): number {
  return figures.reduce((total, one) => total + one[name], 0);
}

export interface RedisFigures {
  readonly cpuMs: number;
  readonly mb: number;
}

/** Since it started. */
export async function redisFigures({ redis }: Service): Promise<RedisFigures> {
  const client = createClient({ url: redis.url });
  client.on("error", () => {});
  await client.connect();
  const text = await client.info();
  client.destroy();
  const figure = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1] ?? 0);
  const cpuMs = 1000 * (figure("used_cpu_user") + figure("used_cpu_sys"));
  return { cpuMs, mb: figure("used_memory") / mb };
}
