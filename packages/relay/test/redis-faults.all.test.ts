import { needing, type RedisServer, startRedis } from "@voxpipe/testing";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { describe, expect, it } from "vitest";
import { createRelay, type RelayError, type RelayOptions } from "../src/index.ts";
import { begin, eventsOf, final, partial, script } from "./events.ts";
import { read, texts } from "./reading.ts";
import { serve } from "./serve.ts";

const clients: Readonly<Record<string, (url: string) => NonNullable<RelayOptions["redis"]>>> = {
  redis: (url) => createClient({ url }),
  ioredis: (url) => new Redis(url, { lazyConnect: true }),
};

describe.each(Object.entries(clients))("through the package %s", needing("redis-server"), (_, clientOf) => {
  /** A relay of one process, and its readers' address. */
  async function setUp(redis: RedisServer, options: RelayOptions = {}) {
    const errors: RelayError[] = [];
    const relay = createRelay({ redis: clientOf(redis.url), onError: (error) => errors.push(error), ...options });
    const server = await serve(relay.handler({ authorize: () => true }));
    return {
      relay,
      errors,
      address: `${server.url}?room=talk`,
      async [Symbol.asyncDispose]() {
        await relay.close();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  it("Redis restarted with nothing in it: no final is missing, for who was there and for who comes after", async () => {
    await using redis = await startRedis();
    await using speaking = await setUp(redis);
    await using reading = await setUp(redis);
    const speaker = script();
    const published = speaking.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "One."), final(1, "Two."), partial(2, "three"));
    const reader = await read(reading.address);
    await reader.hears("One.", "Two.");
    await redis.stop();
    speaker.send(partial(2, "three and"), final(2, "Three."), partial(3, "four"), partial(3, "four and"));
    await expect.poll(() => speaking.errors.map(({ code }) => code)).toContain("store-unavailable");
    await redis.start();
    await reader.hears("One.", "Two.", "Three.");
    await expect.poll(() => texts(reader.messages).at(-1)).toBe("four and");
    const late = await read(reading.address);
    await late.hears("One.", "Two.", "Three.");
    speaker.send(final(3, "Four."));
    await late.hears("One.", "Two.", "Three.", "Four.");
    await reader.hears("One.", "Two.", "Three.", "Four.");
    speaker.end();
    await published;
    const ids = reader.messages.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    // One report an outage.
    expect(speaking.errors.filter(({ code }) => code === "store-unavailable")).toHaveLength(speaking.errors.length);
    expect(speaking.errors.length).toBeLessThanOrEqual(4);
  });

  it("Redis restarted while nothing is said: who joins after the next word gets all from the beginning", async () => {
    await using redis = await startRedis();
    await using service = await setUp(redis);
    const speaker = script();
    const published = service.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "One."), final(1, "Two."));
    const reader = await read(service.address);
    await reader.hears("One.", "Two.");
    await redis.stop();
    await redis.start();
    speaker.send(final(2, "Three."));
    await reader.hears("One.", "Two.", "Three.");
    const late = await read(service.address);
    await late.hears("One.", "Two.", "Three.");
    speaker.end();
    await published;
  });

  it("Redis frozen: publishing continues in memory, partials replace each other, and all finals arrive afterwards", async () => {
    await using redis = await startRedis();
    await using service = await setUp(redis);
    const speaker = script();
    const published = service.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "Turn 0."));
    const reader = await read(service.address);
    await reader.hears("Turn 0.");
    redis.freeze();
    for (let i = 1; i <= 20; i++) speaker.send(...words(i), final(i, `Turn ${i}.`));
    speaker.end();
    redis.thaw();
    await published;
    await reader.hears(...Array.from({ length: 21 }, (_, i) => `Turn ${i}.`));
  });

  it("a Redis without memory refuses to write: the publisher waits, says so, and loses nothing", async () => {
    await using redis = await startRedis();
    await using service = await setUp(redis);
    const admin = createClient({ url: redis.url });
    await admin.connect();
    const speaker = script();
    const published = service.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "One."));
    const reader = await read(service.address);
    await reader.hears("One.");
    await admin.configSet("maxmemory", "1");
    speaker.send(final(1, "Two."));
    await expect.poll(() => service.errors.map(({ message }) => message).join()).toContain("maxmemory");
    await admin.configSet("maxmemory", "0");
    await reader.hears("One.", "Two.");
    speaker.end();
    await published;
    admin.destroy();
  });

  it("a Redis that throws away what is kept, being full, gets it again with the next word", async () => {
    await using redis = await startRedis();
    await using service = await setUp(redis);
    const admin = createClient({ url: redis.url });
    await admin.connect();
    const speaker = script();
    const published = service.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "One."));
    const reader = await read(service.address);
    await reader.hears("One.");
    const keys = await admin.keys("*:kept");
    expect(keys).toHaveLength(1);
    await admin.del(keys);
    speaker.send(final(1, "Two."));
    await reader.hears("One.", "Two.");
    const late = await read(service.address);
    await late.hears("One.", "Two.");
    speaker.end();
    await published;
    admin.destroy();
  });

  it("a process that was frozen while more was said than the live stream holds misses partials, and no final", async () => {
    await using redis = await startRedis();
    await using speaking = await setUp(redis);
    await using reading = await setUp(redis);
    const speaker = script();
    const published = speaking.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "Turn 0."));
    const reader = await read(reading.address);
    await reader.hears("Turn 0.");
    const admin = createClient({ url: redis.url });
    await admin.connect();
    // What the reading process would still have to read is gone before it reads on.
    const count = 40;
    const gone = admin.multi();
    for (const key of await admin.keys("*:live")) gone.xTrim(key, "MAXLEN", 0);
    for (let i = 1; i <= count; i++) speaker.send(...words(i), final(i, `Turn ${i}.`));
    await gone.exec();
    speaker.end();
    await published;
    await reader.hears(...Array.from({ length: count + 1 }, (_, i) => `Turn ${i}.`));
    admin.destroy();
  });

  it("if Redis stays away after the last event, publish rejects after flushTimeout and says that something is not stored", async () => {
    await using redis = await startRedis();
    await using service = await setUp(redis, { flushTimeout: 100 });
    await redis.stop();
    const failure = service.relay.publish("talk", eventsOf(begin, final(0, "Lost.")));
    await expect(failure).rejects.toMatchObject({ code: "store-unavailable" });
  });

  it("an unreachable Redis refuses nobody: readers wait, and get the room once Redis is there", async () => {
    await using redis = await startRedis();
    await using service = await setUp(redis);
    await redis.stop();
    const reader = await read(service.address);
    expect(reader.response.status).toBe(200);
    await expect.poll(() => service.errors.length).toBeGreaterThan(0);
    await redis.start();
    await service.relay.publish("talk", eventsOf(begin, final(0, "Hello.")));
    await reader.hears("Hello.");
  });

  it("leaves the user's client as it is, and no connection behind", async () => {
    await using redis = await startRedis();
    const admin = createClient({ url: redis.url });
    await admin.connect();
    const connections = async () => (await admin.clientList()).length;
    const before = await connections();
    const service = await setUp(redis);
    await service.relay.publish("talk", eventsOf(begin, final(0, "Hello.")));
    const reader = await read(service.address);
    await reader.hears("Hello.");
    // On a busy machine one may have been given up and opened again.
    await expect.poll(connections).toBe(before + 2);
    await service[Symbol.asyncDispose]();
    await expect.poll(connections).toBe(before);
    admin.destroy();
  });
});

function words(order: number) {
  return ["so", "so then", "so then we"].map((text) => partial(order, text));
}
