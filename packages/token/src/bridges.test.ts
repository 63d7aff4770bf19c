import { once } from "node:events";
import { createServer, request as httpRequest, type RequestListener, Server } from "node:http";
import { serve } from "@hono/node-server";
import { createRequestListener } from "@remix-run/node-fetch-server";
import express from "express";
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
    expect(await first.json()).toEqual({ token: "a-temporary-token", expiresInSeconds: 60 });
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

  it("a small body reaches authorize", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = async (request: Request) => (await request.json()).user;
    await using server = await start(bridge, createTokenHandler({ ...settings, authorize, apiHost: upstream.url }));
    const ask = (user: unknown) => fetch(server.url, { method: "POST", body: JSON.stringify({ user }) });
    expect((await ask("ada")).status).toBe(200);
    expect((await ask(null)).status).toBe(401);
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
