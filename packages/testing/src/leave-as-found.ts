import { afterAll, vi } from "vitest";

const { Request, Response } = globalThis;

// The files of a worker run one after another: what one of them replaced, the next must not find.
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  // Hono's server for Node puts its own in their places.
  for (const [name, value] of Object.entries({ Request, Response }))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
});
