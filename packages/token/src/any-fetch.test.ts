import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { startHttpProxy, startSocksProxy } from "@voxpipe/testing/proxies";
import { HttpsProxyAgent } from "https-proxy-agent";
import nodeFetch from "node-fetch";
import { SocksProxyAgent } from "socks-proxy-agent";
import * as undici from "undici";
import { describe, expect, it } from "vitest";
import { createTemporaryToken } from "./create-temporary-token.ts";
import type { Fetch } from "./request/token-options.ts";

const request = { apiKey: "example-key", expiresInSeconds: 60 };

function undiciThrough(proxy: string): Fetch & AsyncDisposable {
  const dispatcher = new undici.ProxyAgent({ uri: proxy, proxyTunnel: true });
  const fetch: Fetch = (url, init) => undici.fetch(url, { ...init, dispatcher });
  return Object.assign(fetch, { [Symbol.asyncDispose]: () => dispatcher.close() });
}

function nodeFetchThrough(agent: HttpsProxyAgent<string> | SocksProxyAgent): Fetch {
  return (url, init) => nodeFetch(url, { ...init, agent });
}

describe("A token is minted through", () => {
  it("undici's fetch and an HTTP proxy with a password", async () => {
    await using emulator = await startEmulator();
    await using proxy = await startHttpProxy({ password: "open-sesame" });
    await using fetch = undiciThrough(`http://ada:open-sesame@${proxy.host}`);
    await expect(createTemporaryToken({ ...request, apiHost: emulator.url, fetch })).resolves.toMatchObject({
      token: expect.any(String),
    });
    expect(proxy.targets).toEqual([new URL(emulator.url).host]);
  });

  it("node-fetch, whose bodies are Node streams, and HTTP and SOCKS proxies", async () => {
    await using emulator = await startEmulator();
    await using http = await startHttpProxy();
    await using socks = await startSocksProxy();
    const agents = [new HttpsProxyAgent(`http://${http.host}`), new SocksProxyAgent(`socks5://${socks.host}`)];
    for (const agent of agents) {
      const { token } = await createTemporaryToken({
        ...request,
        apiHost: emulator.url,
        fetch: nodeFetchThrough(agent),
      });
      expect(token).not.toBe("");
    }
    expect([http.targets, socks.targets]).toEqual([[new URL(emulator.url).host], [new URL(emulator.url).host]]);
  });
});

describe("A proxy that wants another password", () => {
  it.each(["undici", "node-fetch"])("is asked once by %s, and the failure says what to do", async (library) => {
    await using emulator = await startEmulator();
    await using proxy = await startHttpProxy({ password: "open-sesame" });
    const url = `http://ada:not-the-word@${proxy.host}`;
    const fetch = library === "undici" ? undiciThrough(url) : nodeFetchThrough(new HttpsProxyAgent(url));
    const failure: unknown = await createTemporaryToken({ ...request, apiHost: emulator.url, fetch }).catch((e) => e);
    expect(failure).toMatchObject({ name: "TokenError", code: "network", retryable: false });
    expect(String(failure)).toMatch(/407.+(user name|password)/s);
    expect(String(failure)).not.toContain("not-the-word");
    expect(proxy.targets).toHaveLength(1);
  });
});

describe("A body", () => {
  const answering = (body: AsyncIterable<unknown>, status = 200): Fetch => {
    return async () => ({ status, headers: { get: () => null }, body });
  };
  const read = (body: AsyncIterable<unknown>) =>
    createTemporaryToken({ ...request, maxRetries: 0, fetch: answering(body) });

  it("of Node's in pieces is read to its end", async () => {
    async function* pieces() {
      yield Buffer.from('{"token":"abc",');
      yield Buffer.from('"expires_in_seconds":60}');
    }
    await expect(read(pieces())).resolves.toEqual({ token: "abc", expiresInSeconds: 60 });
  });

  it("that never ends is read to its limit, and then cancelled", async () => {
    let cancelled = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(10_000);
      } finally {
        cancelled = true;
      }
    }
    await expect(read(endless())).rejects.toMatchObject({ code: "invalid-response" });
    await expect.poll(() => cancelled).toBe(true);
  });

  it("of something other than bytes is refused", async () => {
    async function* words() {
      yield "token";
    }
    await expect(read(words())).rejects.toMatchObject({ message: expect.stringContaining("other than bytes") });
  });
});
