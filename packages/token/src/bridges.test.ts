import { once } from "node:events";
import { createServer, request as httpRequest, type RequestListener, Server } from "node:http";
import { serve } from "@hono/node-server";
import { createRequestListener } from "@remix-run/node-fetch-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { minted, startUpstream } from "../test/upstream.ts";
import { createTokenHandler, type TokenHandler } from "./token-handler.ts";

/** The servers that people use, each with the handler on `/api/token`. */
const bridges: Record<string, (handler: TokenHandler) => Promise<Server>> = {
  "Hono on Node": async (handler) => {
    const app = new Hono();
    app.all("/api/token", (context) => handler(context.req.raw));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await once(server, "listening");
    if (server instanceof Server) return server;
    throw new Error("Hono did not start a node:http server.");
  },
  Express: (handler) => {
    const app = express();
    app.all("/api/token", createRequestListener(handler));
    return listen(app);
  },
  async Fastify(handler) {
    const listener = createRequestListener(handler);
    const app = fastify({ forceCloseConnections: true });
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _body, done) => done(null));
      scope.all("/api/token", (request, reply) => {
        reply.hijack();
        listener(request.raw, reply.raw);
      });
    });
    await app.ready();
    return listen(app.routing);
  },
  "node:http": (handler) => listen(createRequestListener(handler)),
};

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function start(bridge: (handler: TokenHandler) => Promise<Server>, handler: TokenHandler) {
  const server = await bridge(handler);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/token`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const settings = {
  apiKey: "not-a-real-key-0123456789",
  allowedOrigins: ["https://app.example"],
  authorize: (request: Request) => request.headers.get("x-user"),
  onError: () => {},
};

describe.each(Object.entries(bridges))("through %s", (_, bridge) => {
  it("a visitor gets a token, a second one within their limit, then 429", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...settings, apiHost: upstream.url, rateLimit: { requests: 2 } });
    await using server = await start(bridge, handler);
    const ask = () => fetch(server.url, { method: "POST", headers: { "x-user": "ada" } });
    const [first, second, third] = [await ask(), await ask(), await ask()];
    expect(await first.json()).toEqual({
      token: "a-temporary-token",
      expiresInSeconds: 60,
      apiHost: upstream.url.replace("http", "ws"),
    });
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(second.status).toBe(200);
    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("GET, a foreign origin and nobody get nothing; a listed origin may ask beforehand", async () => {
    await using upstream = await startUpstream(minted);
    await using server = await start(bridge, createTokenHandler({ ...settings, apiHost: upstream.url }));
    const user = { "x-user": "ada" };
    const get = await fetch(server.url, { headers: user });
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    expect((await fetch(server.url, { method: "HEAD", headers: user })).status).toBe(405);
    const foreign = await fetch(server.url, { method: "POST", headers: { ...user, origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    expect((await fetch(server.url, { method: "POST" })).status).toBe(401);
    const origin = "https://app.example";
    const beforehand = await fetch(server.url, { method: "OPTIONS", headers: { origin } });
    expect([beforehand.status, beforehand.headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    ["declared", { "content-length": String(10 * 1024 * 1024) }],
    ["not declared", { "transfer-encoding": "chunked" }],
  ])("a body of 10 MB, %s, is refused long before it has arrived", async (_name, headers) => {
    await using upstream = await startUpstream(minted);
    await using server = await start(bridge, createTokenHandler({ ...settings, apiHost: upstream.url }));
    const answer = await new Promise<{ status: number | undefined; sent: number }>((resolve, reject) => {
      const upload = httpRequest(server.url, { method: "POST", headers: { ...headers, "x-user": "ada" } });
      let sent = 0;
      const chunk = Buffer.alloc(4096);
      // More than the limit of 16 384 bytes, and far less than was announced: the answer must not wait for the rest.
      while (sent < 32 * 1024) {
        upload.write(chunk);
        sent += chunk.length;
      }
      upload.on("response", (response) => {
        resolve({ status: response.statusCode, sent });
        response.resume();
        upload.destroy();
      });
      upload.on("error", reject);
    });
    expect(answer).toEqual({ status: 413, sent: 32 * 1024 });
    expect(upstream.requests).toEqual([]);
  });

  it("an authorize that returns Response.error() is 500, and never 200", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = () => Response.error();
    await using server = await start(bridge, createTokenHandler({ ...settings, authorize, apiHost: upstream.url }));
    const response = await fetch(server.url, { method: "POST" });
    expect([response.status, await response.json()]).toMatchObject([500, { error: { code: "internal-error" } }]);
    expect(upstream.requests).toEqual([]);
  });

  it("an expired session gets nothing, and the token of one that is good does not help it", async () => {
    await using upstream = await startUpstream(minted);
    const sessions = new Map([["of-ada", Date.now() + 60_000]]);
    const authorize = (request: Request) => {
      const session = /session=([\w-]+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
      return (sessions.get(session) ?? 0) > Date.now() && session;
    };
    await using server = await start(bridge, createTokenHandler({ ...settings, authorize, apiHost: upstream.url }));
    const ask = () => fetch(server.url, { method: "POST", headers: { cookie: "session=of-ada" } });
    expect((await ask()).status).toBe(200);
    sessions.set("of-ada", Date.now() - 1);
    const expired = await ask();
    expect([expired.status, await expired.json()]).toEqual([
      401,
      { error: { code: "unauthorized", message: "Sign in to get a token." } },
    ]);
    expect(upstream.requests).toHaveLength(1);
  });

  it("100 requests at once get the 20 tokens that one identity may have", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...settings, apiHost: upstream.url, rateLimit: { requests: 20 } });
    await using server = await start(bridge, handler);
    const ask = () => fetch(server.url, { method: "POST", headers: { "x-user": "ada" } });
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(refused).toHaveLength(80);
    expect(refused.filter(({ headers }) => !(Number(headers.get("retry-after")) > 0))).toEqual([]);
    expect(upstream.requests).toHaveLength(20);
  });

  it("a forged X-Forwarded-For gives nobody a limit of their own, declared proxy or not", async () => {
    await using upstream = await startUpstream(minted);
    const common = { ...settings, apiHost: upstream.url };
    await using direct = await start(bridge, createTokenHandler({ ...common, rateLimit: { requests: 1 } }));
    const address = { header: "x-forwarded-for" };
    const rateLimit = { requests: 1, by: "address" } as const;
    await using behindProxy = await start(bridge, createTokenHandler({ ...common, address, rateLimit }));
    const ask = async (url: string, forwarded: string) => {
      const headers = { "x-user": "ada", "x-forwarded-for": forwarded, forwarded: `for=${forwarded}` };
      return (await fetch(url, { method: "POST", headers })).status;
    };
    expect(await ask(direct.url, "203.0.113.1")).toBe(200);
    expect(await ask(direct.url, "203.0.113.2")).toBe(429);
    // Everything left of the proxy's own entry is invented by the client.
    expect(await ask(behindProxy.url, "203.0.113.1, 198.51.100.7")).toBe(200);
    expect(await ask(behindProxy.url, "203.0.113.2, 198.51.100.7")).toBe(429);
    expect(await ask(behindProxy.url, "203.0.113.1, 198.51.100.8")).toBe(200);
    expect(upstream.requests).toHaveLength(3);
  });

  it("a small body reaches authorize", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = async (request: Request) => (await request.json()).user;
    await using server = await start(bridge, createTokenHandler({ ...settings, authorize, apiHost: upstream.url }));
    // As JSON a framework's own parser would take it, as text it would refuse it.
    for (const type of ["application/json", "text/plain", "application/x-speech"]) {
      const headers = { "content-type": type };
      const ask = (user: unknown) => fetch(server.url, { method: "POST", headers, body: JSON.stringify({ user }) });
      expect((await ask("ada")).status).toBe(200);
      expect((await ask(null)).status).toBe(401);
    }
  });

  it("a visitor who leaves ends the call to the service", async () => {
    let left: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    await using upstream = await startUpstream((request) => request.socket.once("close", left));
    await using server = await start(bridge, createTokenHandler({ ...settings, apiHost: upstream.url }));
    const visitor = new AbortController();
    const asking = fetch(server.url, { method: "POST", headers: { "x-user": "ada" }, signal: visitor.signal });
    await upstream.received(1);
    visitor.abort();
    await expect(asking).rejects.toThrow();
    await gone;
  });
});
