import { createRequire } from "node:module";
import { vi } from "vitest";
import type * as Hooks from "../src/index.ts";

/** A React with its renderers, and the hooks over it. */
export interface ReactKit {
  readonly React: typeof import("react");
  readonly client: typeof import("react-dom/client");
  readonly server: typeof import("react-dom/server");
  readonly flushSync: typeof import("react-dom").flushSync;
  readonly hooks: typeof Hooks;
}

export const versions = ["18", "19"] as const;

/** Loads one of the versions. The hooks of another that was loaded before stay with theirs. */
export async function reactOf(version: (typeof versions)[number]): Promise<ReactKit> {
  const folder = version === "18" ? `${import.meta.dirname}/react-18/index.js` : import.meta.filename;
  const require = createRequire(folder);
  const React: ReactKit["React"] = require("react");
  if (!React.version.startsWith(`${version}.`)) throw new Error(`React ${React.version} came for ${version}.`);
  vi.resetModules();
  vi.doMock("react", () => React);
  const hooks = await import("../src/index.ts");
  vi.doUnmock("react");
  const { flushSync } = require("react-dom");
  return { React, client: require("react-dom/client"), server: require("react-dom/server"), flushSync, hooks };
}
