import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { inspect } from "node:util";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { startHttpProxy, startSocksProxy } from "@voxpipe/testing/proxies";
import { HttpsProxyAgent } from "https-proxy-agent";
import { ProxyAgent } from "proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ConnectOptions, connect, StreamingClient } from "voxpipe";

afterEach(() => {
  vi.unstubAllEnvs();
});

const second = new Uint8Array(32_000).fill(0x20);
const options = { apiKey: "example-key", sampleRate: 16_000, pace: false } as const;

async function failureOf(given: ConnectOptions) {
  const session = connect({ ...options, maxConnectionRetries: 0, ...given });
  return session.closed.then(String, (error: unknown) => error);
}

test("a session goes through an HTTP proxy", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startHttpProxy();
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
  await using proxy = await startHttpProxy();
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
  await using proxy = await startHttpProxy();
  const agent = new HttpsProxyAgent(`http://${proxy.host}`);
  const session = connect({ ...options, apiHost: emulator.url, connectionRetryDelay: 1, agent });
  for await (const event of session.events) if (event.type === "Reconnected") await session.close();
  expect(proxy.targets).toHaveLength(2);
});

test("a proxy that wants a password: what to do, and with it the session opens", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startHttpProxy({ password: "open-sesame" });
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

test("a StreamingClient takes the agent in connect() as well", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startHttpProxy();
  const client = new StreamingClient({ ...options, apiHost: emulator.url });
  await client.connect({ agent: new HttpsProxyAgent(`http://${proxy.host}`) });
  await client.disconnect({ terminate: true });
  expect(proxy.targets).toEqual([new URL(emulator.url).host]);
});

test("a session goes through a SOCKS proxy with a password; a wrong one is not tried again, and is not shown", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startSocksProxy({ password: "open-sesame" });
  const agent = new SocksProxyAgent(`socks5://ada:open-sesame@${proxy.host}`);
  const session = connect({ ...options, apiHost: emulator.url, agent });
  const writer = session.audio.getWriter();
  await writer.write(second);
  await writer.close();
  await expect(session.closed).resolves.toMatchObject({ audioDurationSeconds: 1 });
  expect(proxy.targets).toEqual([new URL(emulator.url).host]);

  const refused = await failureOf({
    apiHost: emulator.url,
    agent: new SocksProxyAgent(`socks5://ada:not-the-word@${proxy.host}`),
  });
  expect(refused).toMatchObject({ code: "connection-failed", retryable: false });
  expect(String(refused)).toContain("Check the user name and password in the proxy's URL.");
  expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain("not-the-word");
});

test("proxy-agent reads the environment: HTTP_PROXY for ws:// through getProxyForUrl, and NO_PROXY", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startHttpProxy();
  const variables = new Map([["http", `http://${proxy.host}`]]);
  const agent = new ProxyAgent({ getProxyForUrl: (url) => variables.get(url.split(":", 1)[0] ?? "") ?? "" });
  // It asks about ws:// and wss:// URLs, for which nobody sets variables.
  const asHttp = new ProxyAgent({ getProxyForUrl: (url) => variables.get(url.replace(/^ws(s?):.*/, "http$1")) ?? "" });
  for (const each of [agent, asHttp]) {
    const session = connect({ ...options, apiHost: emulator.url, agent: each });
    await session.opened;
    await session.close();
  }
  expect(proxy.targets).toEqual([new URL(emulator.url).host]);
});

describe("createTemporaryToken of a StreamingClient", () => {
  const request = { expiresInSeconds: 60 };

  test("goes through the agent: HTTP and SOCKS", async () => {
    await using emulator = await startEmulator();
    await using http = await startHttpProxy({ password: "open-sesame" });
    await using socks = await startSocksProxy();
    const target = new URL(emulator.url).host;
    const agents = [
      new HttpsProxyAgent(`http://ada:open-sesame@${http.host}`),
      new SocksProxyAgent(`socks5://${socks.host}`),
    ];
    for (const agent of agents) {
      const client = new StreamingClient({ ...options, apiHost: emulator.url, agent });
      await expect(client.createTemporaryToken(request)).resolves.toMatch(/./);
    }
    expect([http.targets, socks.targets]).toEqual([[target], [target]]);
  });

  test("goes through a fetch of its own", async () => {
    await using emulator = await startEmulator();
    const seen: string[] = [];
    const fetch = (url: string, init: RequestInit) => {
      seen.push(url);
      return globalThis.fetch(url, init);
    };
    const client = new StreamingClient({ ...options, apiHost: emulator.url });
    await client.createTemporaryToken({ ...request, fetch });
    expect(seen).toEqual([expect.stringContaining("/v3/token")]);
  });

  test("a proxy that wants another password: what to do, once", async () => {
    await using emulator = await startEmulator();
    await using proxy = await startHttpProxy({ password: "open-sesame" });
    const agent = new HttpsProxyAgent(`http://ada:not-the-word@${proxy.host}`);
    const client = new StreamingClient({ ...options, apiHost: emulator.url, agent });
    const failure: unknown = await client.createTemporaryToken(request).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "TokenError", code: "network", status: 407, retryable: false });
    expect(String(failure)).toMatch(/The proxy did not connect to .+ It requires a user name and password/);
    expect(inspect(failure, { depth: 9 })).not.toContain("not-the-word");
  });

  test("a proxy whose rules forbid the host is not taken for a rejected key", async () => {
    await using emulator = await startEmulator();
    await using proxy = await startHttpProxy({ refuses: "403 Forbidden" });
    const agent = new HttpsProxyAgent(`http://${proxy.host}`);
    const client = new StreamingClient({ ...options, apiHost: emulator.url, agent });
    await expect(client.createTemporaryToken(request)).rejects.toMatchObject({ code: "network", status: 403 });
    expect(proxy.targets).toHaveLength(1);
  });

  test.each([
    ["a string", "http://ada:open-sesame@127.0.0.1:1"],
    ["null", null],
    ["an object", {}],
  ])("%s as agent is refused without being shown", async (_, agent) => {
    const client = new StreamingClient({ ...options, apiHost: "ws://127.0.0.1:1", ...Object({ agent }) });
    await expect(client.createTemporaryToken(request)).rejects.toMatchObject({
      code: "invalid-options",
      message: expect.not.stringContaining("open-sesame"),
    });
  });
});

describe("a proxy that does not connect", () => {
  test.each([
    ["403 Forbidden", false, "Its rules do not allow this host or port"],
    ["502 Bad Gateway", true, "whether the proxy can reach it"],
  ])("and answers %s: it is not taken for the service's answer", async (refuses, retryable, remedy) => {
    await using proxy = await startHttpProxy({ refuses });
    const agent = new HttpsProxyAgent(`http://${proxy.host}`);
    const failure = await failureOf({ apiHost: "ws://streaming.example", agent });
    expect(failure).toMatchObject({ code: "handshake-rejected", status: Number.parseInt(refuses, 10), retryable });
    expect(String(failure)).toContain(`The proxy did not connect to streaming.example (HTTP ${refuses}).`);
    expect(String(failure)).toContain(remedy);
  });

  test("and never answers: the attempt ends after connectTimeout", async () => {
    await using proxy = await startHttpProxy({ silent: true });
    const agent = new HttpsProxyAgent(`http://${proxy.host}`);
    const failure = await failureOf({ apiHost: "ws://streaming.example", agent, connectTimeout: 100 });
    expect(failure).toMatchObject({ code: "connect-timeout", retryable: true });
    expect(String(failure)).toContain("Check the network, and whether it requires a proxy");
  });
});

describe("without an agent", () => {
  test("an unreachable service: says that the network may require a proxy", async () => {
    for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
      vi.stubEnv(name, "");
    const failure = await failureOf({ apiHost: "ws://127.0.0.1:9" });
    expect(failure).toMatchObject({ code: "connection-failed", retryable: true });
    expect(String(failure)).toMatch(/ECONNREFUSED 127\.0\.0\.1:9\. .+ If it requires a proxy, pass an agent/);
  });

  test.each(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])(
    "and %s is set: how to use it, without its password",
    async (name) => {
      for (const other of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
        vi.stubEnv(other, other === name ? "http://ada:open-sesame@proxy.example" : "");
      const failure = String(await failureOf({ apiHost: "ws://127.0.0.1:9" }));
      expect(failure).toContain(
        `${name} is set, but sessions do not read it: pass agent: new HttpsProxyAgent(process.env.${name})`,
      );
      expect(failure).not.toContain("open-sesame");
    },
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
