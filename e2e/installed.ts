import type { TestProject } from "vitest/node";
import token from "../packages/token/package.json" with { type: "json" };
import { createConsumer } from "./consumer.ts";
import manifest from "./package.json" with { type: "json" };

declare module "vitest" {
  interface ProvidedContext {
    /** A project's folder in which these packages are installed as packed: `inject("installed")`. */
    installed: string;
  }
}

/** Installs the client, the token package and the microphone once for all suites that run them; after `packed.ts`. */
export default async function setup(project: TestProject): Promise<() => PromiseLike<void>> {
  const names = ["voxpipe", "@voxpipe/core", "@voxpipe/token", "@voxpipe/microphone", "@voxpipe/audio"];
  const packed = project.getProvidedContext().packed.filter(({ name }) => names.includes(name));
  const consumer = await createConsumer(packed, {
    "@types/node": manifest.devDependencies["@types/node"],
    // The servers of the token package's README.
    "@hono/node-server": token.devDependencies["@hono/node-server"],
    "@remix-run/node-fetch-server": token.devDependencies["@remix-run/node-fetch-server"],
    express: token.devDependencies.express,
    fastify: token.devDependencies.fastify,
    hono: token.devDependencies.hono,
  });
  project.provide("installed", consumer.folder);
  return () => consumer[Symbol.asyncDispose]();
}
