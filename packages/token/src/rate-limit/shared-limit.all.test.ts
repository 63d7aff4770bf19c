import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { needing, type RedisServer, startRedis } from "@voxpipe/testing";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { minted, startUpstream, type Upstream } from "../../test/upstream.ts";

const clients = ["redis", "ioredis"] as const;

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-token-"));
  program = join(folder, "instance.cjs");
  const entry = fileURLToPath(new URL("../../test/instance.ts", import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "cjs",
    logLevel: "error",
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A server process of its own. */
async function startInstance(settings: Record<string, string>) {
  const process_ = spawn(process.execPath, [program], {
    env: { ...process.env, ...settings },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const reports: string[] = [];
  const lines = createInterface(process_.stdout)[Symbol.asyncIterator]();
  const url = `http://127.0.0.1:${(await lines.next()).value}/api/token`;
  const listening = (async () => {
    for await (const line of lines) reports.push(line);
  })();
  return {
    reports,
    ask: async () => {
      const response = await fetch(url, { method: "POST" });
      await response.arrayBuffer();
      return response;
    },
    [Symbol.asyncDispose]: () => end(process_).then(() => listening),
  };
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.stdin?.end();
  await exited;
}

function setUp(redis: RedisServer, upstream: Upstream, more: Record<string, string>) {
  const settings = { REDIS_URL: redis.url, UPSTREAM: upstream.url, ...more };
  return Promise.all([startInstance(settings), startInstance(settings)]);
}

type Instance = Awaited<ReturnType<typeof startInstance>>;

async function statuses(count: number, ...instances: readonly Instance[]): Promise<Record<number, number>> {
  const asked = Array.from({ length: count }, (_, index) => instances[index % instances.length]?.ask());
  const counts: Record<number, number> = {};
  for (const response of await Promise.all(asked)) {
    const status = response?.status ?? 0;
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** Asks until Redis counts again: its clients reconnect in their own time. How often it asks decides nothing. */
async function untilItAnswers(instance: Instance): Promise<void> {
  while ((await instance.ask()).status === 503) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe.each(clients)(
  "two server processes and one Redis, through the package %s",
  needing("redis-server"),
  (client) => {
    it("share one limit: 100 requests at once get 20 tokens", async () => {
      await using redis = await startRedis();
      await using upstream = await startUpstream(minted);
      const [first, second] = await setUp(redis, upstream, { CLIENT: client });
      await using _first = first;
      await using _second = second;
      expect(await statuses(100, first, second)).toEqual({ 200: 20, 429: 80 });
      expect(upstream.requests).toHaveLength(20);
      const seconds = Number((await second.ask()).headers.get("retry-after"));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(600);
    });

    it("refuse everybody while Redis is down, and continue when it is back", async () => {
      await using redis = await startRedis();
      await using upstream = await startUpstream(minted);
      const [first, second] = await setUp(redis, upstream, { CLIENT: client });
      await using _first = first;
      await using _second = second;
      expect(await statuses(10, first, second)).toEqual({ 200: 10 });

      await redis.stop();
      expect(await statuses(40, first, second)).toEqual({ 503: 40 });
      expect((await first.ask()).headers.get("retry-after")).toBe("5");
      expect(upstream.requests).toHaveLength(10);
      expect(new Set([...first.reports, ...second.reports])).toEqual(new Set(["rate-limit-failed"]));

      await redis.start();
      await untilItAnswers(first);
      await untilItAnswers(second);
      const counts = await statuses(60, first, second);
      expect(counts[200]).toBeLessThanOrEqual(18);
      expect(Object.keys(counts).sort()).toEqual(["200", "429"]);
    });

    it("never open the door while Redis goes and comes back under load", async () => {
      await using redis = await startRedis();
      await using upstream = await startUpstream(minted);
      const [first, second] = await setUp(redis, upstream, { CLIENT: client });
      await using _first = first;
      await using _second = second;
      const seen: Record<number, number> = {};
      let asking = true;
      const visitor = async (instance: Instance) => {
        while (asking) {
          const { status } = await instance.ask();
          seen[status] = (seen[status] ?? 0) + 1;
        }
      };
      const seeing = (status: number) => expect.poll(() => seen[status] ?? 0);
      const visitors = [first, second, first, second, first, second].map(visitor);
      await seeing(429).toBeGreaterThan(20);
      // A 429 may overtake the last 200.
      await seeing(200).toBe(20);
      await redis.stop();
      await seeing(503).toBeGreaterThan(20);
      expect(seen[200]).toBe(20);
      await redis.start();
      // It comes back with nothing in it, so a new window begins.
      await seeing(200).toBe(40);
      const limited = seen[429] ?? 0;
      await seeing(429).toBeGreaterThan(limited + 20);
      asking = false;
      await Promise.all(visitors);
      expect(Object.keys(seen)).toEqual(["200", "429", "503"]);
      expect(seen[200]).toBe(40);
      expect(upstream.requests).toHaveLength(40);
    });

    it("refuse everybody while Redis is there and does not answer", async () => {
      await using redis = await startRedis();
      await using upstream = await startUpstream(minted);
      const [first, second] = await setUp(redis, upstream, { CLIENT: client, TIMEOUT: "100" });
      await using _first = first;
      await using _second = second;
      redis.freeze();
      expect(await statuses(10, first, second)).toEqual({ 503: 10 });
      redis.thaw();
      expect(upstream.requests).toHaveLength(0);
    });

    it("count each for itself while Redis is down, where that was chosen: never without a limit", async () => {
      await using redis = await startRedis();
      await using upstream = await startUpstream(minted);
      const [first, second] = await setUp(redis, upstream, { CLIENT: client, WHEN_UNAVAILABLE: "memory" });
      await using _first = first;
      await using _second = second;
      await redis.stop();
      expect(await statuses(100, first, second)).toEqual({ 200: 40, 429: 60 });
      expect(new Set(first.reports)).toEqual(new Set(["rate-limit-failed"]));
    });
  },
);
