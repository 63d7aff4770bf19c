import { expect, test } from "vitest";
import { AsyncHandlerContext } from "./async-handler-context.ts";

/** What `inside` says now, and in work that the handler started and that runs once the handler is done. */
async function insideAndAfter(handler: () => unknown): Promise<{ during: boolean; after: boolean }> {
  const context = new AsyncHandlerContext();
  let during = false;
  let started: Promise<boolean> | undefined;
  const run = () =>
    context.run(() => {
      during = context.inside;
      started = new Promise((resolve) => setTimeout(() => resolve(context.inside), 20));
      return handler();
    });
  await Promise.resolve()
    .then(run)
    .catch(() => {});
  return { during, after: (await started) ?? true };
}

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
])("work that a handler started is outside it once the handler %s", async (_, handler) => {
  expect(await insideAndAfter(handler)).toEqual({ during: true, after: false });
});

test("a handler that awaits is inside until it is done", async () => {
  const context = new AsyncHandlerContext();
  const inside = await context.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return context.inside;
  });
  expect(inside).toBe(true);
  expect(context.inside).toBe(false);
});
