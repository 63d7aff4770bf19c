import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HandlerRun } from "./handler-context.ts";
import { Handlers } from "./handlers.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function* begins() {
  yield { type: "Begin", id: "1", expires_at: 0 } as const;
}

test("a handler that waits for the call that waits for handlers does not keep it for ever, and is reported", async () => {
  const reported: string[] = [];
  const handlers = new Handlers({}, new AsyncLocalStorage<HandlerRun>(), (message) => reported.push(message));
  let waiting: Promise<void> | undefined;
  handlers.add("Begin", async () => await waiting);
  handlers.follow(begins(), () => false);
  waiting = handlers.waiter()();
  await vi.advanceTimersByTimeAsync(9999);
  expect(reported).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(reported).toEqual([expect.stringContaining("A handler of Begin has not returned for 10 s")]);
});

test("handlers that take long one after another are all waited for", async () => {
  const handlers = new Handlers({}, new AsyncLocalStorage<HandlerRun>(), expect.unreachable);
  const done: number[] = [];
  for (const number of [1, 2, 3, 4])
    handlers.add("Begin", async () => {
      await new Promise((resolve) => setTimeout(resolve, 6000));
      done.push(number);
    });
  handlers.follow(begins(), () => false);
  const waiting = handlers
    .waiter()()
    .then(() => done.slice());
  await vi.advanceTimersByTimeAsync(24_000);
  expect(await waiting).toEqual([1, 2, 3, 4]);
});
