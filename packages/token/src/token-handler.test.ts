import { afterEach, describe, expect, it, vi } from "vitest";
import { everythingIn } from "../test/failure.ts";
import { type Answer, minted, startUpstream, type Upstream } from "../test/upstream.ts";
import type { TokenErrorContext } from "./handler-options.ts";
import type { TokenError } from "./token-error.ts";
import { createTokenHandler } from "./token-handler.ts";

const apiKey = "not-a-real-key-0123456789";
const site = "https://speech.example";
const app = "https://app.example";

/** What onError heard. */
interface Report {
  readonly error: TokenError;
  readonly context: TokenErrorContext;
}

function setUp(upstream: Upstream) {
  const reports: Report[] = [];
  const settings = {
    apiKey,
    apiHost: upstream.url,
    retryDelay: 1,
    allowedOrigins: [app],
    onError: (error: TokenError, context: TokenErrorContext) => void reports.push({ error, context }),
  };
  return { reports, settings, options: { ...settings, authorize: () => "ada" } };
}

function ask(init: RequestInit & { duplex?: "half" } = {}): Request {
  return new Request(`${site}/api/token`, { method: "POST", ...init });
}

async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const body: { error: { code: string; message: string } } = await response.json();
  return body.error;
}

afterEach(() => vi.useRealTimers());

describe("a visitor who may have a token", () => {
  it("gets it as JSON that nobody stores", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const response = await createTokenHandler({ ...options, maxSessionDurationSeconds: 600 })(ask());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ token: "a-temporary-token", expiresInSeconds: 60 });
    expect(upstream.requests[0]?.query).toEqual({ expires_in_seconds: "60", max_session_duration_seconds: "600" });
    expect(reports).toEqual([]);
  });

  it("gets durations that were picked for them", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const handler = createTokenHandler({
      ...settings,
      authorize: () => ({ id: 7, plan: "paid" }),
      expiresInSeconds: async ({ plan }) => (plan === "paid" ? 30 : 10),
      maxSessionDurationSeconds: ({ id }) => id * 100,
    });
    expect((await handler(ask())).status).toBe(200);
    expect(upstream.requests[0]?.query).toEqual({ expires_in_seconds: "30", max_session_duration_seconds: "700" });
  });

  it("can be told apart by what the body says, which authorize may read", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const handler = createTokenHandler({ ...settings, authorize: (request) => request.text() });
    expect((await handler(ask({ body: "ada" }))).status).toBe(200);
  });

  it("may be anyone, where the owner has said in so many words that anyone may spend their money", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const handler = createTokenHandler({ ...settings, letAnyoneSpendMyMoney: true, rateLimit: { requests: 2 } });
    const statuses = [await handler(ask()), await handler(ask()), await handler(ask())].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe("a visitor without an identity", () => {
  it.each<[false | null | undefined]>([[false], [null], [undefined]])(
    "gets 401 and nothing is minted: %s",
    async (nobody) => {
      await using upstream = await startUpstream(minted);
      const { settings, reports } = setUp(upstream);
      const response = await createTokenHandler({ ...settings, authorize: () => nobody })(ask());
      expect(response.status).toBe(401);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect((await errorOf(response)).code).toBe("unauthorized");
      expect(upstream.requests).toEqual([]);
      expect(reports).toEqual([]);
    },
  );

  it("is refused once the session has expired", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    let expires = Date.now() + 60_000;
    const handler = createTokenHandler({ ...settings, authorize: () => Date.now() < expires && "ada" });
    expect((await handler(ask())).status).toBe(200);
    expires = Date.now() - 1;
    expect((await handler(ask())).status).toBe(401);
    expect(upstream.requests).toHaveLength(1);
  });

  it("gets the response that authorize chose, never cached, readable for a listed origin", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const chosen = Response.redirect("https://speech.example/sign-in", 303);
    const response = await createTokenHandler({ ...settings, authorize: () => chosen })(
      ask({ headers: { origin: app } }),
    );
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("https://speech.example/sign-in");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("access-control-allow-origin")).toBe(app);
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("database down"))],
    ["returns true", () => true],
    ["returns an empty text", () => ""],
    ["returns an object without an id", () => ({ name: "ada" })],
    ["returns a number that is none", () => ({ id: Number.NaN })],
    ["returns a response that is none", () => Response.error()],
  ])("gets 500 and no token where authorize %s", async (_, authorize) => {
    await using upstream = await startUpstream(minted);
    const { settings, reports } = setUp(upstream);
    // @ts-expect-error Types forbid these; not everyone compiles.
    const response = await createTokenHandler({ ...settings, authorize })(ask());
    expect(response.status).toBe(500);
    expect(JSON.stringify(await response.json())).not.toContain("database");
    expect(reports[0]?.error.code).toBe("authorize-failed");
    expect(reports[0]?.context.status).toBe(500);
    expect(upstream.requests).toEqual([]);
  });
});

describe("a method", () => {
  it.each(["GET", "HEAD", "PUT", "DELETE", "PATCH"])("%s gets 405 with Allow, and mints nothing", async (method) => {
    await using upstream = await startUpstream(minted);
    const { options } = setUp(upstream);
    const response = await createTokenHandler(options)(ask({ method }));
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST, OPTIONS");
    expect(upstream.requests).toEqual([]);
  });

  it("GET mints where it was asked for, but not for an image on another site", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...setUp(upstream).options, methods: ["GET"] });
    expect((await handler(ask({ method: "GET" }))).status).toBe(200);
    expect((await handler(ask({ method: "GET", headers: { "sec-fetch-site": "cross-site" } }))).status).toBe(403);
    expect((await handler(ask())).status).toBe(405);
  });
});

describe("a page", () => {
  it.each([
    ["of a listed origin", { origin: app }, 200],
    ["of a listed origin, as browsers mark it", { origin: app, "sec-fetch-site": "cross-site" }, 200],
    ["of the server's own origin", { origin: site }, 200],
    [
      "of the server's own origin behind a proxy that ends TLS",
      { origin: "https://outside.example", "sec-fetch-site": "same-origin" },
      200,
    ],
    ["of a foreign origin", { origin: "https://evil.example" }, 403],
    ["of an origin that begins like a listed one", { origin: `${app}.evil.example` }, 403],
    ["of a listed host by another scheme", { origin: "http://app.example" }, 403],
    ["in a sandbox", { origin: "null" }, 403],
    ["of a sibling site", { origin: "https://b.speech.example", "sec-fetch-site": "same-site" }, 403],
  ])("%s: %o gets %i", async (_, headers, status) => {
    await using upstream = await startUpstream(minted);
    const response = await createTokenHandler(setUp(upstream).options)(ask({ headers }));
    expect(response.status).toBe(status);
    expect(upstream.requests).toHaveLength(status === 200 ? 1 : 0);
    const readable = headers.origin === app ? app : null;
    expect(response.headers.get("access-control-allow-origin")).toBe(readable);
    expect(response.headers.get("vary")).toBe("Origin");
  });

  it("of a listed origin may also read refusals, Retry-After included", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const response = await createTokenHandler({ ...settings, authorize: () => false })(
      ask({ headers: { origin: app } }),
    );
    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-allow-origin")).toBe(app);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("access-control-expose-headers")).toBe("Retry-After");
  });

  it("of a listed origin may ask beforehand, one of a foreign origin may not, and neither asks authorize", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = vi.fn(() => "ada");
    const handler = createTokenHandler({ ...setUp(upstream).settings, authorize, allowedHeaders: ["X-Session"] });
    const asked = { "access-control-request-method": "POST", "access-control-request-headers": "x-session" };

    const listed = await handler(ask({ method: "OPTIONS", headers: { ...asked, origin: app } }));
    expect(listed.status).toBe(204);
    expect(Object.fromEntries(listed.headers)).toMatchObject({
      "access-control-allow-origin": app,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "X-Session",
      "access-control-allow-credentials": "true",
      vary: "Origin",
    });

    const foreign = await handler(ask({ method: "OPTIONS", headers: { ...asked, origin: "https://evil.example" } }));
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
    expect(authorize).not.toHaveBeenCalled();
    expect(upstream.requests).toEqual([]);
  });
});

describe("a body of 10 MB", () => {
  const size = 10 * 1024 * 1024;
  const chunk = new Uint8Array(16 * 1024);

  /** An endless body that tells how much of it was read. */
  function endless() {
    const read = { bytes: 0, cancelled: false };
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read.bytes += chunk.byteLength;
          controller.enqueue(chunk);
        },
        cancel() {
          read.cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { body, read };
  }

  it("is refused without reading a byte where it is declared", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = vi.fn(() => "ada");
    const { body, read } = endless();
    const request = ask({ body, duplex: "half", headers: { "content-length": String(size) } });
    const response = await createTokenHandler({ ...setUp(upstream).settings, authorize })(request);
    expect(response.status).toBe(413);
    expect(read.bytes).toBe(0);
    expect(authorize).not.toHaveBeenCalled();
  });

  it("is refused at the limit where it is not, and the rest is cancelled", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = vi.fn(() => "ada");
    const { body, read } = endless();
    const handler = createTokenHandler({ ...setUp(upstream).settings, authorize, maxBodyBytes: 64 * 1024 });
    const response = await handler(ask({ body, duplex: "half" }));
    expect(response.status).toBe(413);
    expect((await errorOf(response)).code).toBe("body-too-large");
    expect(read.bytes).toBeLessThanOrEqual(64 * 1024 + chunk.byteLength);
    expect(read.cancelled).toBe(true);
    expect(authorize).not.toHaveBeenCalled();
    expect(upstream.requests).toEqual([]);
  });

  it("that never arrives is given up, and one that breaks off is refused", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...setUp(upstream).options, timeout: 30 });
    const silent = new ReadableStream<Uint8Array>();
    expect((await handler(ask({ body: silent, duplex: "half" }))).status).toBe(408);
    const broken = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("reset")) });
    expect((await handler(ask({ body: broken, duplex: "half" }))).status).toBe(400);
  });
});

describe("100 requests at once", () => {
  it("get as many tokens as one identity may have; the others 429 and when to come back", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...setUp(upstream).options, rateLimit: { requests: 20, perSeconds: 60 } });
    const responses = await Promise.all(Array.from({ length: 100 }, () => handler(ask())));
    const refused = responses.filter(({ status }) => status === 429);
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(refused).toHaveLength(80);
    expect(upstream.requests).toHaveLength(20);
    for (const response of refused) {
      const seconds = Number(response.headers.get("retry-after"));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
    }
  });

  it("of one identity take nothing from another, and come back when the window has passed", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const authorize = (request: Request) => request.headers.get("x-user");
    const handler = createTokenHandler({ ...settings, authorize, rateLimit: { requests: 1, perSeconds: 60 } });
    const as = async (user: string) => (await handler(ask({ headers: { "x-user": user } }))).status;
    expect([await as("ada"), await as("ada"), await as("grace")]).toEqual([200, 429, 200]);
    vi.setSystemTime(Date.now() + 60_001);
    expect(await as("ada")).toBe(200);
  });

  it("are limited without any option: 30 a minute", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler(setUp(upstream).options);
    const responses = await Promise.all(Array.from({ length: 31 }, () => handler(ask())));
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

describe("a forged X-Forwarded-For", () => {
  const rateLimit = { requests: 1, by: "address" } as const;

  it("is not looked at where no proxy is declared", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...setUp(upstream).options, rateLimit: { requests: 1 } });
    const from = async (address: string) =>
      (await handler(ask({ headers: { "x-forwarded-for": address, forwarded: `for=${address}` } }))).status;
    expect([await from("203.0.113.1"), await from("203.0.113.2")]).toEqual([200, 429]);
  });

  it("does not help behind a declared proxy, which appends the true address", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = vi.fn(() => "ada");
    const address = { header: "x-forwarded-for" };
    const handler = createTokenHandler({ ...setUp(upstream).settings, authorize, address, rateLimit });
    const from = async (list: string) => (await handler(ask({ headers: { "x-forwarded-for": list } }))).status;
    expect(await from("198.51.100.7")).toBe(200);
    expect(await from("10.0.0.1, 198.51.100.7")).toBe(429);
    expect(await from("203.0.113.99, 10.0.0.2, 198.51.100.7")).toBe(429);
    expect(authorize).toHaveBeenCalledTimes(1);
    expect(await from("198.51.100.7, 198.51.100.8")).toBe(200);
  });

  it("and none at all is refused there: the request went past the proxy", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const handler = createTokenHandler({ ...options, address: { header: "x-forwarded-for" }, rateLimit });
    expect((await handler(ask())).status).toBe(403);
    expect((await handler(ask({ headers: { "x-forwarded-for": "someone" } }))).status).toBe(403);
    expect(reports.map(({ error }) => error.code)).toEqual(["address-unknown", "address-unknown"]);
    expect(upstream.requests).toEqual([]);
  });

  it("does not matter where the platform tells the address", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...setUp(upstream).options, address: () => "198.51.100.7", rateLimit });
    const statuses = [await handler(ask()), await handler(ask({ headers: { "x-forwarded-for": "203.0.113.1" } }))];
    expect(statuses.map(({ status }) => status)).toEqual([200, 429]);
  });
});

describe("a failure of the service", () => {
  const hang = () => {};

  it.each<[string, Answer, number, string, string]>([
    ["refuses our key", { status: 401, body: { error: "Invalid API key" } }, 502, "no-token", "unauthorized"],
    [
      "refuses our durations",
      { status: 422, body: { detail: [{ msg: "too long" }] } },
      502,
      "no-token",
      "invalid-request",
    ],
    ["fails", { status: 500, body: { error: "stack trace" } }, 502, "no-token", "server-error"],
    ["answers nonsense", { body: "<html>" }, 502, "no-token", "invalid-response"],
    ["breaks the connection", (request) => request.socket.destroy(), 502, "no-token", "network"],
    ["limits our account", { status: 429, headers: { "retry-after": "900" } }, 503, "unavailable", "rate-limited"],
    ["does not answer", hang, 504, "timeout", "timeout"],
  ])("that %s: the visitor learns nothing of it, onError all", async (_, answer, status, code, cause) => {
    await using upstream = await startUpstream(answer);
    const { options, reports } = setUp(upstream);
    const response = await createTokenHandler({ ...options, timeout: 200 })(ask());
    expect(response.status).toBe(status);
    const error = await errorOf(response);
    expect(error.code).toBe(code);
    const told = JSON.stringify([error, ...response.headers]);
    for (const secret of [apiKey, upstream.url, "Invalid", "key", "stack", "too long"])
      expect(told).not.toContain(secret);

    expect(reports).toHaveLength(1);
    expect(reports[0]?.error.code).toBe(cause);
    expect(reports[0]?.context).toMatchObject({ identity: "ada", status });
    if (reports[0]) expect(everythingIn(reports[0].error)).not.toContain(apiKey);
  });

  it("that asks to wait is passed on", async () => {
    await using upstream = await startUpstream({ status: 429, headers: { "retry-after": "900" } });
    const response = await createTokenHandler(setUp(upstream).options)(ask());
    expect(response.headers.get("retry-after")).toBe("900");
  });

  it("goes to the console where onError is not given, and an onError that throws harms nobody", async () => {
    const console_ = vi.spyOn(console, "error").mockImplementation(() => {});
    await using upstream = await startUpstream({ status: 401 });
    const { onError: _, ...options } = setUp(upstream).options;
    expect((await createTokenHandler(options)(ask())).status).toBe(502);
    expect(console_).toHaveBeenCalledTimes(1);
    const onError = () => {
      throw new Error("the log is full");
    };
    expect((await createTokenHandler({ ...options, onError })(ask())).status).toBe(502);
    console_.mockRestore();
  });

  it("is not waited for once the visitor has left, and is nobody's failure", async () => {
    await using upstream = await startUpstream(hang);
    const { options, reports } = setUp(upstream);
    const visitor = new AbortController();
    const answer = createTokenHandler(options)(ask({ signal: visitor.signal }));
    await upstream.received(1);
    visitor.abort();
    expect((await answer).status).toBe(499);
    expect(reports).toEqual([]);
  });
});

describe("an option that throws for an identity", () => {
  it("costs the visitor a 500, and tells onError which", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const expiresInSeconds = () => {
      throw new Error("no plan");
    };
    expect((await createTokenHandler({ ...options, expiresInSeconds })(ask())).status).toBe(500);
    expect(reports[0]?.error).toMatchObject({ code: "option-failed", cause: { message: "no plan" } });
    expect(upstream.requests).toEqual([]);
  });

  it("or returns no number", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    // @ts-expect-error A text is no number of seconds.
    expect((await createTokenHandler({ ...options, expiresInSeconds: () => "60" })(ask())).status).toBe(500);
    expect(reports[0]?.error.code).toBe("invalid-options");
  });
});
