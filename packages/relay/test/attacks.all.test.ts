import { connect, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createRelay } from "../src/index.ts";
import { begin, eventsOf, final, partial, script } from "./events.ts";
import { read } from "./reading.ts";
import { serve } from "./serve.ts";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Asks for a room, and reads nothing of it. */
function askAndStall(port: number, headers = ""): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET /captions?room=talk HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`, () => resolve());
    });
    socket.pause();
    socket.on("error", reject);
    sockets.push(socket);
  });
}

it("connections that read nothing: those of one identity are refused, and the others cost a bounded amount of memory", async () => {
  // `pnpm load --silent 10000` has more of them, beside readers who read.
  const count = 250;
  const most = 200;
  const relay = createRelay({
    stallTimeout: 1500,
    heartbeat: 500,
    limits: { readersPerRoom: most, readersPerIdentity: 5 },
  });
  const handler = relay.handler({ authorize: ({ headers }) => headers.get("x-user") ?? true });
  await using server = await serve(handler);
  const speaker = script();
  const published = relay.publish("talk", speaker.events);
  const words = "word ".repeat(300).trim();
  speaker.send(begin, ...Array.from({ length: 50 }, (_, i) => final(i, words)));
  for (let i = 0; i < 20; i++) await askAndStall(server.port, "X-User: mallory\r\n");
  await expect.poll(() => relay.stats().readers).toBe(5);

  globalThis.gc?.();
  const before = process.memoryUsage();
  for (let i = 0; i < count; i++) await askAndStall(server.port);
  await expect.poll(() => relay.stats().readers).toBe(most);
  // They go, since more waits for them than sockets hold; and then somebody who reads is not kept from it.
  let order = 50;
  const speaking = setInterval(() => {
    for (let i = 0; i < 5; i++) speaker.send(partial(order, words), final(order++, words));
  }, 20);
  try {
    await expect.poll(() => relay.stats().readers).toBe(0);
    await expect.poll(() => server.connections()).toBe(0);
    const after = process.memoryUsage();
    // Of each at most what is handed over at a time, and what Node itself holds for a connection.
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(most * 150_000 + 60e6);
    const reader = await read(`${server.url}?room=talk`);
    await expect.poll(() => reader.messages.length).toBeGreaterThan(50);
    reader.leave();
  } finally {
    clearInterval(speaking);
  }
  speaker.end();
  await published;
  await relay.close();
}, 240_000);

it("a request that is cut off at any byte leaves nobody behind", async () => {
  const relay = createRelay();
  await using server = await serve(relay.handler({ authorize: () => true }));
  await relay.publish("talk", eventsOf(begin, final(0, "Hello.")));
  const request = "GET /captions?room=talk HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: 1-1\r\n\r\n";
  for (let length = 1; length <= request.length; length += 3) {
    const socket = connect(server.port, "127.0.0.1");
    socket.end(request.slice(0, length));
    await new Promise((resolve) => socket.on("close", resolve).on("error", resolve).resume());
  }
  await expect.poll(() => relay.stats()).toEqual({ readers: 0, rooms: 0, publishers: 0 });
  await relay.close();
});
