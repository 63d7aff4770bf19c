import type { TestProject } from "vitest/node";
import telephony from "../packages/telephony/package.json" with { type: "json" };
import token from "../packages/token/package.json" with { type: "json" };
import { type Consumer, createConsumer } from "./consumer.ts";
import { once } from "./once.ts";
import type { PackedPackage } from "./pack.ts";
import manifest from "./package.json" with { type: "json" };

declare module "vitest" {
  interface ProvidedContext {
    /** A project's folder in which these packages are installed as packed: `inject("installed")`. */
    installed: string;
  }
}

/** Installs the packages that e2e's suites run once for a whole run; after `packed.ts`. */
export default async function setup(project: TestProject): Promise<() => PromiseLike<void>> {
  const consumer = await once("installed", () => installPacked(project.getProvidedContext().packed));
  project.provide("installed", consumer.folder);
  return () => consumer[Symbol.asyncDispose]();
}

/** A project with what these suites run, and the servers of the READMEs of the token and the telephony package. */
function installPacked(packed: readonly PackedPackage[]): Promise<Consumer> {
  const names = [
    "voxpipe",
    "@voxpipe/core",
    "@voxpipe/token",
    "@voxpipe/microphone",
    "@voxpipe/audio",
    "@voxpipe/files",
    "@voxpipe/transcript",
    "@voxpipe/channels",
    "@voxpipe/telephony",
    "@voxpipe/relay",
  ];
  const { devDependencies } = token;
  return createConsumer(
    packed.filter(({ name }) => names.includes(name)),
    {
      "@types/node": manifest.devDependencies["@types/node"],
      "@fastify/websocket": telephony.devDependencies["@fastify/websocket"],
      "@hono/node-server": devDependencies["@hono/node-server"],
      "@remix-run/node-fetch-server": devDependencies["@remix-run/node-fetch-server"],
      express: devDependencies.express,
      fastify: devDependencies.fastify,
      hono: devDependencies.hono,
    },
  );
}
