import { afterEach, expect, test, vi } from "vitest";
import { webPlatform } from "./web-platform.ts";

afterEach(() => vi.unstubAllGlobals());

test("a page knows whether it is offline, and calls back once it is online again, until nobody listens", () => {
  const target = new EventTarget();
  const navigator = { onLine: false };
  vi.stubGlobal("navigator", navigator);
  vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
  vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
  const { online } = webPlatform(globalThis);
  let calls = 0;
  const remove = online?.onChange(() => calls++);
  expect(online?.is()).toBe(false);
  navigator.onLine = true;
  target.dispatchEvent(new Event("online"));
  expect([online?.is(), calls]).toEqual([true, 1]);
  remove?.();
  target.dispatchEvent(new Event("online"));
  expect(calls).toBe(1);
});

test.each([
  ["without a navigator (Node 20)", undefined],
  ["whose navigator has no onLine (Node, React Native)", {}],
])("a runtime %s does not know", (_, navigator) => {
  vi.stubGlobal("navigator", navigator);
  vi.stubGlobal("addEventListener", () => {});
  expect(webPlatform(globalThis).online).toBeUndefined();
});

test("a runtime without change events is not asked whether it is offline", () => {
  vi.stubGlobal("navigator", { onLine: false });
  vi.stubGlobal("addEventListener", undefined);
  expect(webPlatform(globalThis).online).toBeUndefined();
});
