import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createRequestHandler, type EntryContext, type ServerBuild } from "@remix-run/server-runtime";
import { needing, type RedisServer, startRedis } from "@voxpipe/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { minted, startUpstream, type Upstream } from "../test/upstream.ts";

const examples = new URL("../test/examples/", import.meta.url);
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the README", () => {
  const files = readdirSync(examples).filter((name) => name !== "session.ts");

  it.each(files)("shows %s as it is run here", (name) => {
    expect(readme).toContain(readFileSync(new URL(name, examples), "utf8").trim());
  });

  it("says what is at stake", () => {
    expect(readme).toContain("can spend your money");
  });
});

describe("the README's example", needing("redis-server"), () => {
  let upstream: Upstream;
  let redis: RedisServer;

  beforeAll(async () => {
    upstream = await startUpstream(minted);
    redis = await startRedis();
    vi.stubEnv("ASSEMBLYAI_API_KEY", "not-a-real-key-0123456789");
    vi.stubEnv("ASSEMBLYAI_HOST", upstream.url);
    vi.stubEnv("REDIS_URL", redis.url);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await upstream[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  /** Asks as a signed-in visitor, as nobody, and with GET. */
  async function visit(ask: (init: RequestInit) => Promise<Response>): Promise<void> {
    const cookie = { cookie: "session=ada" };
    const answer = await ask({ method: "POST", headers: cookie });
    expect(await answer.json()).toEqual({
      token: "a-temporary-token",
      expiresInSeconds: 60,
      apiHost: upstream.url.replace("http", "ws"),
    });
    expect((await ask({ method: "POST", headers: { cookie: "session=mallory" } })).status).toBe(401);
    expect((await ask({ method: "GET", headers: cookie })).status).toBe(405);
  }

  async function serving(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    await use(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/api/token`);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  const asked = (init: RequestInit) => new Request("https://speech.example/api/token", init);

  it("for Hono works", async () => {
    const { app } = await import("../test/examples/hono.ts");
    await serving(getRequestListener(app.fetch), (url) => visit((init) => fetch(url, init)));
  });

  it("for Express works", async () => {
    const { app } = await import("../test/examples/express.ts");
    await serving(app, (url) => visit((init) => fetch(url, init)));
  });

  it("for Fastify works", async () => {
    const { app } = await import("../test/examples/fastify.ts");
    await app.ready();
    await serving(app.routing, (url) => visit((init) => fetch(url, init)));
    await app.close();
  });

  it("for node:http works", async () => {
    const { server } = await import("../test/examples/node-http.ts");
    const [listener] = server.listeners("request");
    await serving(
      (request, response) => listener?.(request, response),
      (url) => visit((init) => fetch(url, init)),
    );
  });

  it("for Next works, with the request that Next makes: a proxy of a Request of its own", async () => {
    const { POST, OPTIONS } = await import("../test/examples/next.ts");
    class NextRequest extends Request {
      readonly nextUrl = new URL(this.url);
    }
    const proxied = (init: RequestInit) =>
      new Proxy(new NextRequest("https://speech.example/api/token", init), {
        get(request, name) {
          const value: unknown = Reflect.get(request, name, request);
          return typeof value === "function" ? value.bind(request) : value;
        },
      });
    const cookie = "session=grace";
    expect((await POST(proxied({ method: "POST", headers: { cookie } }))).status).toBe(200);
    expect((await POST(proxied({ method: "POST", headers: { cookie }, body: "{}" }))).status).toBe(200);
    expect((await POST(proxied({ method: "POST" }))).status).toBe(401);
    expect((await OPTIONS(proxied({ method: "OPTIONS" }))).status).toBe(204);
  });

  it("for SvelteKit works", async () => {
    const { POST, OPTIONS } = await import("../test/examples/sveltekit.ts");
    await visit((init) => POST({ request: asked(init) }));
    expect((await OPTIONS({ request: asked({ method: "OPTIONS" }) })).status).toBe(204);
  });

  it("for Remix works, served by Remix", async () => {
    const routes = await import("../test/examples/remix.ts");
    const id = "routes/api.token";
    const entry: EntryContext["manifest"]["entry"] = { module: "", imports: [] };
    const build: ServerBuild = {
      routes: { [id]: { id, path: "api/token", module: { ...routes, default: undefined } } },
      entry: { module: { default: () => new Response("a page") } },
      assets: { entry, routes: {}, url: "", version: "" },
      assetsBuildDirectory: "",
      publicPath: "/",
      future: {
        v3_fetcherPersist: true,
        v3_relativeSplatPath: true,
        v3_throwAbortReason: true,
        v3_singleFetch: true,
        v3_lazyRouteDiscovery: true,
      },
      isSpaMode: false,
      mode: "production",
    };
    const serve = createRequestHandler(build, "production");
    await visit((init) => serve(asked(init)));
    const preflight = asked({ method: "OPTIONS", headers: { origin: "https://speech.example" } });
    expect((await serve(preflight)).status).toBe(204);
  });

  it("for Workers works, with its rate limit", async () => {
    const { default: worker } = await import("../test/examples/workers.ts");
    const keys: string[] = [];
    const env = {
      ASSEMBLYAI_API_KEY: "not-a-real-key-0123456789",
      ASSEMBLYAI_HOST: upstream.url,
      LIMITER: { limit: async ({ key }: { key: string }) => ({ success: keys.push(key) <= 1 }) },
    };
    await visit((init) => worker.fetch(asked(init), env));
    const again = await worker.fetch(asked({ method: "POST", headers: { cookie: "session=ada" } }), env);
    expect([again.status, again.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(keys).toEqual(["identity:ada", "identity:ada"]);
  });

  it("with Redis works", async () => {
    const { token, redis: client } = await import("../test/examples/redis.ts");
    await visit((init) => token(asked(init)));
    expect(await client.keys("*")).toEqual(["voxpipe-token:identity:ada"]);
    client.destroy();
  });

  it("with durations by plan works", async () => {
    const { token } = await import("../test/examples/by-plan.ts");
    await visit((init) => token(asked(init)));
    await token(asked({ method: "POST", headers: { cookie: "session=grace" } }));
    const durations = upstream.requests.slice(-2).map(({ query }) => query.max_session_duration_seconds);
    expect(durations).toEqual(["3600", "300"]);
  });
});
