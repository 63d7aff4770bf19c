import { afterAll, vi } from "vitest";

// The files of a worker run one after another: what one of them replaced, the next must not find.
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
