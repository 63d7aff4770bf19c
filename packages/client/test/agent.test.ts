import { once } from "node:events";
import { Agent, createServer } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { HttpsProxyAgent } from "https-proxy-agent";
import { createProxy } from "proxy";
import { expect, test } from "vitest";
import { type ConnectOptions, connect, StreamingClient } from "voxpipe";

/** An HTTP proxy on loopback that counts what it was asked to CONNECT to. */
async function startProxy({ password }: { password?: string } = {}) {
  const server = createProxy(createServer());
  const targets: (string | undefined)[] = [];
  if (password !== undefined)
    server.authenticate = ({ headers }) =>
      headers["proxy-authorization"] === `Basic ${Buffer.from(`ada:${password}`).toString("base64")}`;
  server.on("connect", ({ url }) => targets.push(url));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    host: `127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    targets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const second = new Uint8Array(32_000).fill(0x20);
const options = { apiKey: "example-key", sampleRate: 16_000, pace: false } as const;

async function failureOf(given: ConnectOptions) {
  const session = connect({ ...options, maxConnectionRetries: 0, ...given });
  return session.closed.then(String, (error: unknown) => error);
}

test("a session goes through an HTTP proxy", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startProxy();
  const agent = new HttpsProxyAgent(`http://${proxy.host}`);
  const session = connect({ ...options, apiHost: emulator.url, agent });
  const writer = session.audio.getWriter();
  await writer.write(second);
  await writer.close();
  await expect(session.closed).resolves.toMatchObject({ audioDurationSeconds: 1 });
  expect(proxy.targets).toEqual([new URL(emulator.url).host]);
});

test("so does a StreamingClient", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startProxy();
  const client = new StreamingClient({
    ...options,
    apiHost: emulator.url,
    agent: new HttpsProxyAgent(`http://${proxy.host}`),
  });
  await client.connect();
  await client.disconnect({ terminate: true });
  expect(proxy.targets).toEqual([new URL(emulator.url).host]);
});

test("every attempt of a session goes through it", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "begin", do: "drop", session: 0 }] });
  await using proxy = await startProxy();
  const agent = new HttpsProxyAgent(`http://${proxy.host}`);
  const session = connect({ ...options, apiHost: emulator.url, connectionRetryDelay: 1, agent });
  for await (const event of session.events) if (event.type === "Reconnected") await session.close();
  expect(proxy.targets).toHaveLength(2);
});

test("a proxy that wants a password: what to do, and with it the session opens", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startProxy({ password: "open-sesame" });
  const refused = await failureOf({
    apiHost: emulator.url,
    agent: new HttpsProxyAgent(`http://ada:not-the-word@${proxy.host}`),
  });
  expect(refused).toMatchObject({ code: "handshake-rejected", status: 407 });
  expect(String(refused)).toContain("A proxy requires a user name and password: pass them to the agent.");
  expect(String(refused)).not.toContain("not-the-word");

  const agent = new HttpsProxyAgent(`http://ada:open-sesame@${proxy.host}`);
  const session = connect({ ...options, apiHost: emulator.url, agent });
  await session.opened;
  await session.close();
});

test("a proxy that is not there fails the connection, and is tried again", async () => {
  const failure = await failureOf({ apiHost: "ws://127.0.0.1:1", agent: new HttpsProxyAgent("http://127.0.0.1:9") });
  expect(failure).toMatchObject({ code: "connection-failed", retryable: true });
  expect(String(failure)).toContain("ECONNREFUSED 127.0.0.1:9");
});

test("an agent for the other protocol: says which one fits", async () => {
  const plain = await failureOf({ apiHost: "wss://127.0.0.1:1", agent: new Agent() });
  expect(plain).toMatchObject({ code: "invalid-options", retryable: false });
  expect(String(plain)).toContain("agent cannot open a wss:// connection: it is an http.Agent. Use an https.Agent");
  expect(String(await failureOf({ apiHost: "ws://127.0.0.1:1", agent: new HttpsAgent() }))).toContain(
    "Use an http.Agent",
  );
});

test.each([
  ["a URL", "http://ada:open-sesame@127.0.0.1:1"],
  ["true", true],
  ["null", null],
  ["an object", {}],
])("%s is no agent, and is refused at once without being shown", (_, agent) => {
  expect(() => connect({ ...options, ...Object({ agent }) })).toThrow(
    expect.objectContaining({
      code: "invalid-options",
      message: expect.stringMatching(/^agent: (?!.*open-sesame).+ is not valid\. Expected an http\.Agent/),
    }),
  );
});
