import { request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { minted, startUpstream, type Upstream } from "../../packages/token/test/upstream.ts";
import { buildTokenServers, startTokenServer, type TokenServer, tokenServers } from "./token-servers.ts";

const installed = inject("installed");
const megabytes = 1024 * 1024;
/** What `fetch` says of a connection that the server closed or reset, rather than of one that it does not take. */
const closed = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];
let servers: string;

beforeAll(async () => {
  servers = await buildTokenServers(installed);
});

describe.each(tokenServers)("a server on %s", (name) => {
  let upstream: Upstream;
  let server: TokenServer;
  let expected: number;

  beforeAll(async () => {
    upstream = await startUpstream(minted);
    const environment = { ASSEMBLYAI_API_KEY: "the-key-that-stays-on-the-server", ASSEMBLYAI_HOST: upstream.url };
    server = await startTokenServer(name, servers, environment);
    expected = 0;
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await upstream?.[Symbol.asyncDispose]();
  });
  // Nothing was minted for any refusal, and the server still runs for the next test.
  afterEach(async () => {
    expect(upstream.requests).toHaveLength(expected);
    const answer = await ask({ headers: { cookie: "session=grace" } });
    expected++;
    expect(await answer.json()).toEqual({
      token: "a-temporary-token",
      expiresInSeconds: 60,
      apiHost: upstream.url.replace("http", "ws"),
    });
  });

  function ask(init: RequestInit & { duplex?: "half" } = {}, query = ""): Promise<Response> {
    return fetch(`${server.url}/api/token${query}`, { method: "POST", ...init });
  }
  const seen = async (response: Response) => ({ status: response.status, ...(await response.json()).error });
  const ada = { cookie: "session=ada" };

  test("GET mints nothing: 405 and what is allowed", async () => {
    const answer = await ask({ method: "GET", headers: ada });
    expect([answer.headers.get("allow"), answer.headers.get("cache-control")]).toEqual(["POST, OPTIONS", "no-store"]);
    expect(await seen(answer)).toMatchObject({ status: 405, code: "method-not-allowed" });
    expect((await ask({ method: "HEAD", headers: ada })).status).toBe(405);
  });

  test("a page of a foreign origin gets nothing, nor leave to ask", async () => {
    const headers = { ...ada, origin: "https://evil.example" };
    expect(await seen(await ask({ headers }))).toMatchObject({ status: 403, code: "origin-not-allowed" });
    const beforehand = await ask({
      method: "OPTIONS",
      headers: { ...headers, "access-control-request-method": "POST" },
    });
    expect([beforehand.status, beforehand.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });

  test.each([
    ["nobody", {}],
    ["somebody unknown", { cookie: "session=mallory" }],
  ])("%s gets nothing", async (_, headers: Record<string, string>) => {
    expect(await seen(await ask({ headers }))).toMatchObject({ status: 401, code: "unauthorized" });
  });

  test("a session that has expired gets nothing, though it was good before", async () => {
    const until = (time: number) => ask({ headers: { cookie: `session=grace.${time}` } });
    expect((await until(Date.now() + 60_000)).status).toBe(200);
    expected++;
    expect(await seen(await until(Date.now() - 1))).toMatchObject({ status: 401, code: "unauthorized" });
  });

  test("100 requests at once get the 30 tokens of one identity, from any addresses they claim", async () => {
    const asking = Array.from({ length: 100 }, (_, index) => {
      const address = `203.0.113.${index}`;
      return ask({
        headers: { ...ada, "x-forwarded-for": address, forwarded: `for=${address}`, "x-real-ip": address },
      });
    });
    const answers = await Promise.all(asking);
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(30);
    expect(refused).toHaveLength(70);
    expect(refused.filter(({ headers }) => !(Number(headers.get("retry-after")) > 0))).toEqual([]);
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    expected += 30;
  });

  test.each([
    ["declared", { "content-length": String(10 * megabytes) }],
    ["not declared", { "transfer-encoding": "chunked" }],
  ])("a body of 10 MB, %s, is refused long before it has arrived", async (_, headers) => {
    const status = await new Promise((resolve, reject) => {
      const upload = httpRequest(`${server.url}/api/token`, { method: "POST", headers: { ...headers, ...ada } });
      // More than the limit of 16 384 bytes, and far less than was announced: the answer must not wait for the rest.
      for (let sent = 0; sent < 32 * 1024; sent += 4096) upload.write(Buffer.alloc(4096));
      upload.on("response", (response) => {
        resolve(response.statusCode);
        response.resume();
        upload.destroy();
      });
      upload.on("error", reject);
    });
    expect(status).toBe(413);
  });

  test("a body of 10 MB that does arrive is refused, too", async () => {
    // A server may close the connection on what it will not read, before its answer is seen.
    const outcome = await ask({ headers: ada, body: new Uint8Array(10 * megabytes) }).then(seen, closedBy);
    expect([{ status: 413, code: "body-too-large" }, ...closed]).toContainEqual(
      typeof outcome === "string" ? outcome : { status: outcome.status, code: outcome.code },
    );
    expect(upstream.requests).toHaveLength(expected);
  });

  test("a forged X-Forwarded-For gives no limit of its own behind a declared proxy, and none at all no token", async () => {
    const from = async (list: string) =>
      (await ask({ headers: { "x-forwarded-for": list } }, "?limit=by-address")).status;
    expect(await from("203.0.113.1, 198.51.100.7")).toBe(200);
    expected++;
    // Everything left of the proxy's own entry is invented by the client.
    expect(await from("203.0.113.2, 198.51.100.7")).toBe(429);
    expect(await from("198.51.100.7")).toBe(429);
    expect(await from("someone")).toBe(403);
    expect((await ask({}, "?limit=by-address")).status).toBe(403);
  });
});

/** Why a `fetch` failed: the code of the connection's error. */
function closedBy(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(error);
}
