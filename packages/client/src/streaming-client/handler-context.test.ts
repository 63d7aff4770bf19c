import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { HandlerContext, type HandlerRun, LastRun, type RunStorage } from "./handler-context.ts";

const storages: readonly (readonly [string, () => RunStorage])[] = [
  ["with AsyncLocalStorage", () => new AsyncLocalStorage<HandlerRun>()],
  ["without", () => new LastRun()],
];

describe.each(storages)("%s", (_, storage) => {
  test.each([
    ["returns", () => {}],
    ["resolves", async () => {}],
    ["rejects", () => Promise.reject(new Error("rejects"))],
    [
      "throws",
      () => {
        throw new Error("throws");
      },
    ],
  ])("a handler that %s runs until then, and no longer", async (_, handler) => {
    const context = new HandlerContext(storage());
    let during: boolean | undefined;
    let started: Promise<boolean | undefined> | undefined;
    const run = context.run(() => {
      during = context.caller?.running;
      started = new Promise((resolve) => setTimeout(() => resolve(context.caller?.running)));
      return handler();
    });
    await run.catch(() => {});
    expect(during).toBe(true);
    expect(await started).toBe(false);
  });

  test("a handler is calling also after it has awaited something", async () => {
    const context = new HandlerContext(storage());
    let after: boolean | undefined;
    await context.run(async () => {
      await new Promise((resolve) => setTimeout(resolve));
      after = context.caller?.running;
    });
    expect(after).toBe(true);
  });
});

test("with AsyncLocalStorage, other code does not belong to a handler that is waiting", async () => {
  const context = new HandlerContext(new AsyncLocalStorage<HandlerRun>());
  let finish = () => {};
  const run = context.run(() => new Promise<void>((resolve) => (finish = resolve)));
  expect(context.caller).toBeUndefined();
  finish();
  await run;
});
