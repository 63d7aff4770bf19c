import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { buildVisitorHost, buildVisitorSource } from "../runtimes/build-visitor.ts";
import { buildTokenServers, startTokenServer, type TokenServer } from "../runtimes/token-servers.ts";
import { visit } from "../runtimes/visit.ts";
import { bundlers, versionOf } from "./bundlers.ts";

const apiKey = "the-key-that-stays-on-the-server";
const installed = inject("installed");
let host: string;
let source: string;
let emulator: Emulator;
let server: TokenServer;

beforeAll(async () => {
  host = await buildVisitorHost(installed);
  source = await buildVisitorSource(installed);
  emulator = await startEmulator({ ...exact, apiKeys: [apiKey], oneTimeTokens: true });
  const environment = { ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: emulator.url };
  server = await startTokenServer("hono", await buildTokenServers(installed), environment);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await emulator?.close();
});

describe.each(Object.keys(bundlers).map((name) => ({ name, version: versionOf(name) })))(
  "a page built by $name $version",
  ({ name }) => {
    test("gets a token of its server, connects with it and transcribes", async () => {
      const folder = await mkdtemp(join(installed, `${name}-page-`));
      const built = await bundlers[name]?.(source, "browser", folder);
      if (built === undefined) throw new Error(`No bundler ${name}`);
      expect(built.warnings).toEqual([]);
      const before = emulator.sessions.length;
      const headers = { cookie: "session=ada", origin: server.url };
      const what = await visit(host, { script: built.file, server: server.url, apiHost: emulator.url, headers });
      expect(what).toEqual({ finals: ["one two three"], reconnects: 0 });
      const [session, ...more] = emulator.sessions.slice(before);
      expect(more).toEqual([]);
      expect(session?.handshake.query.get("token")).toBeTruthy();
      expect(session?.handshake.headers.authorization).toBeUndefined();
    });
  },
);
