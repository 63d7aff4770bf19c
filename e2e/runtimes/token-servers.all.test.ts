import { type Emulator, type Fault, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { buildVisitor, type VisitorPrograms } from "./build-visitor.ts";
import { buildTokenServers, startTokenServer, type TokenServer, tokenServers } from "./token-servers.ts";
import { visit } from "./visit.ts";
import type { Visitor } from "./visitor-host.ts";

const apiKey = "the-key-that-stays-on-the-server";
const dropOnce: Fault = { when: { audioMs: 1_200 }, do: "drop", session: 0 };
const installed = inject("installed");
let programs: VisitorPrograms;
let servers: string;

beforeAll(async () => {
  programs = await buildVisitor(installed);
  servers = await buildTokenServers(installed);
});

describe.each(tokenServers)("a page of a server on %s", (name) => {
  let emulator: Emulator;
  let server: TokenServer;

  beforeAll(async () => {
    emulator = await startEmulator({ ...exact, apiKeys: [apiKey], oneTimeTokens: true, faults: [dropOnce] });
    server = await startTokenServer(name, servers, { ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: emulator.url });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await emulator?.close();
  });

  const visitWith = (headers: Visitor["headers"]) =>
    visit(programs.host, { script: programs.page, server: server.url, apiHost: emulator.url, headers });

  test("transcribes with its tokens, a fresh one after a drop; the key is in nothing that it sends", async () => {
    const what = await visitWith({ cookie: "session=ada", origin: server.url });
    expect(what).toEqual({ finals: ["one two three"], reconnects: 1 });
    const handshakes = emulator.sessions.map(({ handshake }) => handshake);
    expect(handshakes).toHaveLength(2);
    expect(new Set(handshakes.map(({ query }) => query.get("token"))).size).toBe(2);
    for (const { url, headers } of handshakes) expect(JSON.stringify([url, headers])).not.toContain(apiKey);
    for (const { headers } of handshakes) expect(headers.authorization).toBeUndefined();
  });

  test.each([
    ["whose visitor's session has expired", { cookie: "session=mallory" }, 401, /not allowed to get tokens/],
    ["without a visitor", {}, 401, /not allowed to get tokens/],
    ["of another origin", { cookie: "session=ada", origin: "https://evil.example" }, 403, /origin/],
  ])("%s gets no token, and the reason", async (_, headers, status, reason) => {
    const before = emulator.sessions.length;
    const { finals, failure } = await visitWith(headers);
    expect({ finals, failure }).toMatchObject({ finals: [], failure: { code: "unauthorized", status } });
    expect(failure?.message).toMatch(reason);
    expect(emulator.sessions).toHaveLength(before);
  });
});
