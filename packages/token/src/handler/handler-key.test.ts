import { afterEach, describe, expect, it, vi } from "vitest";
import { everythingIn } from "../../test/failure.ts";
import { apiKey, ask, errorOf, setUp } from "../../test/handler-setup.ts";
import { minted, startUpstream } from "../../test/upstream.ts";
import { createTokenHandler } from "../token-handler.ts";

afterEach(() => vi.restoreAllMocks());

describe("a handler whose key is missing while a build loads its module", () => {
  it.each([undefined, ""])(
    "is made (%j); the first request is answered 500, and the log says what to set",
    async (missing) => {
      await using upstream = await startUpstream(minted);
      const log = vi.spyOn(console, "error").mockReturnValue();
      const { onError: _, ...options } = setUp(upstream).options;
      const response = await createTokenHandler({ ...options, apiKey: missing })(ask());
      expect(response.status).toBe(500);
      expect(await errorOf(response)).toEqual({
        code: "internal-error",
        message: "The server could not handle the request.",
      });
      expect(log).toHaveBeenCalledOnce();
      expect(String(log.mock.calls[0]?.[0])).toMatch(
        /apiKey is (undefined|empty): is the environment variable set\?\. Set it in the environment of the running server/,
      );
      expect(upstream.requests).toEqual([]);
    },
  );

  it("takes it from a function at each request", async () => {
    await using upstream = await startUpstream(minted);
    const keys = ["the-first-key-0123", "the-second-key-4567"];
    const handler = createTokenHandler({ ...setUp(upstream).options, apiKey: async () => keys.shift() });
    expect((await handler(ask())).status).toBe(200);
    expect((await handler(ask())).status).toBe(200);
    expect((await handler(ask())).status).toBe(500);
    expect(upstream.requests.map(({ authorization }) => authorization)).toEqual([
      "the-first-key-0123",
      "the-second-key-4567",
    ]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("no vault")), "option-failed", 500],
    ["never answers", () => new Promise<string>(() => {}), "option-timeout", 504],
    ["returns a key with a line break", () => `${apiKey}\n`, "invalid-options", 500],
    ["returns no text", () => Object(7), "invalid-options", 500],
  ])("hears in onError of a function that %s", async (_, source, code, status) => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const response = await createTokenHandler({ ...options, apiKey: source, authorizeTimeout: 50 })(ask());
    expect(response.status).toBe(status);
    expect(reports.map(({ error }) => error.code)).toEqual([code]);
    for (const { error } of reports) expect(everythingIn(error)).not.toContain(apiKey);
  });

  it("shows no key that a function returned in what authorize throws", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const authorize = () => {
      throw new Error(`bad ${apiKey}`);
    };
    expect((await createTokenHandler({ ...options, apiKey: () => apiKey, authorize })(ask())).status).toBe(500);
    expect(reports[0]?.error.code).toBe("authorize-failed");
    for (const { error } of reports) expect(everythingIn(error)).not.toContain(apiKey);
  });
});
