import { describe, expect, it, vi } from "vitest";
import { app, ask, errorOf, setUp, site } from "../test/handler-setup.ts";
import { minted, startUpstream } from "../test/upstream.ts";
import { createTokenHandler } from "./token-handler.ts";

describe("a visitor who may have a token", () => {
  it("gets it as JSON that nobody stores", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const response = await createTokenHandler({ ...options, maxSessionDurationSeconds: 600 })(ask());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      token: "a-temporary-token",
      expiresInSeconds: 60,
      apiHost: upstream.url.replace("http", "ws"),
    });
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

  it("can be distinguished by the body, which authorize may read", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const handler = createTokenHandler({ ...settings, authorize: (request) => request.text() });
    expect((await handler(ask({ body: "ada" }))).status).toBe(200);
  });

  it("may be anyone, if the owner says explicitly that anyone may spend their money", async () => {
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
