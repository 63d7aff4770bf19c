import { needing, type RedisServer, startRedis } from "@voxpipe/testing";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe } from "vitest";
import { createRelay, type Relay, type RelayOptions } from "../src/index.ts";
import { type Served, serve } from "./serve.ts";

export interface Service extends AsyncDisposable {
  readonly relay: Relay;
  /** As if in another process: with its own connections on Redis, the same one in memory. */
  readonly other: Relay;
  /** Everybody may read. */
  readonly server: Served;
  readonly otherServer: Served;
  /** Where a room is read, on either server. */
  address(room: string): string;
  otherAddress(room: string): string;
}

export interface Kit {
  open(options?: RelayOptions): Promise<Service>;
}

interface Kind {
  readonly name: string;
  readonly clientOf?: (redis: RedisServer) => NonNullable<RelayOptions["redis"]>;
}

const kinds: readonly Kind[] = [
  { name: "in memory" },
  { name: "on Redis, through the package redis", clientOf: ({ url }) => createClient({ url }) },
  { name: "on Redis, through the package ioredis", clientOf: ({ url }) => new Redis(url, { lazyConnect: true }) },
];

/** The same tests for every store. What a test opens is closed at its end by `[Symbol.asyncDispose]`. */
export function onEveryStore(define: (kit: Kit) => void): void {
  for (const { name, clientOf } of kinds)
    describe(name, clientOf ? needing("redis-server") : {}, () => {
      let redis: RedisServer | undefined;
      if (clientOf) {
        beforeAll(async () => {
          redis = await startRedis();
        });
        afterAll(() => redis?.[Symbol.asyncDispose]());
      }
      define({
        async open(options = {}) {
          if (clientOf && !redis) throw new Error("Redis was not started.");
          const create = () => createRelay(redis && clientOf ? { redis: clientOf(redis), ...options } : options);
          const relay = create();
          return serviceOf(relay, clientOf ? create() : relay);
        },
      });
    });
}

async function serviceOf(relay: Relay, other: Relay): Promise<Service> {
  const server = await serve(relay.handler({ authorize: () => true }));
  const otherServer = await serve(other.handler({ authorize: () => true }));
  const addressIn =
    ({ url }: Served) =>
    (room: string) =>
      `${url}?${new URLSearchParams({ room })}`;
  return {
    relay,
    other,
    server,
    otherServer,
    address: addressIn(server),
    otherAddress: addressIn(otherServer),
    async [Symbol.asyncDispose]() {
      await relay.close();
      await other.close();
      await server[Symbol.asyncDispose]();
      await otherServer[Symbol.asyncDispose]();
    },
  };
}
