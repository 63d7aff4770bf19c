import type { TestProject } from "vitest/node";
import { createConsumer } from "./consumer.ts";
import manifest from "./package.json" with { type: "json" };

declare module "vitest" {
  interface ProvidedContext {
    /** A project's folder in which `voxpipe` and `@voxpipe/token` are installed as packed: `inject("installed")`. */
    installed: string;
  }
}

/** Installs the client and the token package once for all suites that run them; after `packed.ts`. */
export default async function setup(project: TestProject): Promise<() => PromiseLike<void>> {
  const names = ["voxpipe", "@voxpipe/core", "@voxpipe/token"];
  const packed = project.getProvidedContext().packed.filter(({ name }) => names.includes(name));
  const consumer = await createConsumer(packed, { "@types/node": manifest.devDependencies["@types/node"] });
  project.provide("installed", consumer.folder);
  return () => consumer[Symbol.asyncDispose]();
}
