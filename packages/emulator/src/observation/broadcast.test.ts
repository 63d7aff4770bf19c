import { expect, test } from "vitest";
import { Broadcast } from "./broadcast.ts";

async function rest<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of events) all.push(event);
  return all;
}

test("each subscriber gets every event since it subscribed, and the end once it has read them", async () => {
  const broadcast = new Broadcast<number>();
  const early = broadcast.subscribe();
  const waiting = early.next();
  broadcast.send(1);
  const late = broadcast.subscribe();
  broadcast.send(2);
  broadcast.close();
  expect(await waiting).toEqual({ value: 1, done: false });
  expect([await rest(early), await rest(late), await rest(broadcast.subscribe())]).toEqual([[2], [2], []]);
});

test("a subscriber that does not read misses the oldest, and holds no more than 10,000", async () => {
  const broadcast = new Broadcast<number>();
  const slow = broadcast.subscribe();
  for (let event = 0; event < 25_000; event++) broadcast.send(event);
  broadcast.close();
  const read = await rest(slow);
  expect([read.length, read[0], read.at(-1)]).toEqual([10_000, 15_000, 24_999]);
});

test("leaving the loop unsubscribes, and waiting readers end", async () => {
  const broadcast = new Broadcast<number>();
  const subscriber = broadcast.subscribe();
  const waiting = subscriber.next();
  await subscriber.return?.();
  broadcast.send(1);
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(await subscriber.next()).toEqual({ value: undefined, done: true });
});
