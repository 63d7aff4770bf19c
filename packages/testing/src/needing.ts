import type { TestOptions } from "vitest";
import { findProgram, type ProgramName } from "./programs.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Programs without which the test did not run. */
    missing?: readonly ProgramName[];
  }
}

/**
 * Options of tests that need programs of the machine. Without them the tests do not run, and the run's last lines say so;
 * on CI that is a failure.
 *
 * @example
 * describe("the shared limit", needing("redis-server"), () => { … });
 */
export function needing(...names: readonly ProgramName[]): TestOptions {
  const missing = names.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? {} : { skip: true, meta: { missing } };
}
