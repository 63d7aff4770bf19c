import { describe, expectTypeOf, it } from "vitest";
import { createTemporaryToken, createTokenHandler, type TemporaryToken } from "./index.ts";

const apiKey = "not-a-real-key";

describe("createTokenHandler", () => {
  it("is a route", () => {
    const handler = createTokenHandler({ apiKey, authorize: () => "ada" });
    expectTypeOf(handler).toEqualTypeOf<(request: Request) => Promise<Response>>();
  });

  it("does not compile without authorize, nor with both", () => {
    // @ts-expect-error authorize is required: someone has to decide who may spend the money.
    createTokenHandler({ apiKey });
    // @ts-expect-error false would look like a protection.
    createTokenHandler({ apiKey, letAnyoneSpendMyMoney: false });
    // @ts-expect-error One of the two.
    createTokenHandler({ apiKey, authorize: () => "ada", letAnyoneSpendMyMoney: true });
    createTokenHandler({ apiKey, letAnyoneSpendMyMoney: true });
  });

  it("does not take true for an identity", () => {
    // @ts-expect-error true does not say who it is.
    createTokenHandler({ apiKey, authorize: () => true });
  });

  it("takes nobody, identities and responses, at once or later", () => {
    createTokenHandler({ apiKey, authorize: (): string | undefined => undefined });
    createTokenHandler({ apiKey, authorize: async () => (Math.random() > 1 ? { id: 7 } : null) });
    createTokenHandler({ apiKey, authorize: async () => Response.json({}) });
  });

  it("hands the identity, as authorize returned it, to the per-identity options", () => {
    createTokenHandler({
      apiKey,
      authorize: async (request) => request.headers.has("cookie") && { id: 1, plan: "paid" as const },
      expiresInSeconds: (identity) => {
        expectTypeOf(identity).toEqualTypeOf<{ id: number; plan: "paid" }>();
        return 60;
      },
      maxSessionDurationSeconds: async ({ plan }) => (plan === "paid" ? undefined : 300),
    });
  });
});

describe("createTemporaryToken", () => {
  it("takes the platform's fetch and promises a token", () => {
    const minting = () => createTemporaryToken({ apiKey, expiresInSeconds: 60, fetch: globalThis.fetch });
    expectTypeOf(minting).returns.resolves.toEqualTypeOf<TemporaryToken>();
  });

  it("needs a duration", () => {
    // @ts-expect-error expiresInSeconds is required by the service.
    createTemporaryToken({ apiKey });
  });
});
