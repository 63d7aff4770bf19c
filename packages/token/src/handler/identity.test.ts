import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ask, setUp } from "../../test/handler-setup.ts";
import { minted, startUpstream } from "../../test/upstream.ts";
import { createTokenHandler } from "../token-handler.ts";
import { countedKey, identityKey, isNobody } from "./identity.ts";

describe("an identity", () => {
  it.each([
    ["ada", "ada"],
    ["__proto__", "__proto__"],
    [{ id: "ada", plan: "paid" }, "ada"],
    [{ id: 7 }, "7"],
    [{ id: 0 }, "0"],
    [
      new (class User {
        readonly id = 7;
      })(),
      "7",
    ],
    ["", undefined],
    [7, undefined],
    [{ id: "" }, undefined],
    [{ id: Number.NaN }, undefined],
    [{ id: Number.POSITIVE_INFINITY }, undefined],
    [{ id: null }, undefined],
    [{ id: { id: "ada" } }, undefined],
    [{ id: 7n }, undefined],
    [{}, undefined],
    [[], undefined],
    [true, undefined],
    [Symbol("ada"), undefined],
    [() => "ada", undefined],
  ])("%o counts as %s", (identity, key) => {
    expect(identityKey(identity)).toBe(key);
  });

  it("is never what counts as nobody", () => {
    fc.assert(
      fc.property(fc.anything(), (verdict) => {
        if (isNobody(verdict)) expect(identityKey(verdict)).toBeUndefined();
      }),
    );
  });

  it("that is long is counted by its digest, of its own", async () => {
    const long = "x".repeat(10_000);
    const keys = await Promise.all([long, `${long}y`, long].map(countedKey));
    expect(keys[0]).toBe(keys[2]);
    expect(keys[0]).not.toBe(keys[1]);
    for (const key of keys) expect(key.length).toBeLessThan(100);
    expect(await countedKey("identity:ada")).toBe("identity:ada");
  });

  it("that is long has a limit like any other, and no store gets to hold it", async () => {
    await using upstream = await startUpstream(minted);
    const { settings } = setUp(upstream);
    const counted: string[] = [];
    const take = async (key: string) => ({ allowed: counted.push(key) < 2 });
    const authorize = (request: Request) => request.text();
    const handler = createTokenHandler({ ...settings, authorize, rateLimit: { limiter: { take } } });
    const ask_ = async () => (await handler(ask({ body: "a".repeat(10_000) }))).status;
    expect([await ask_(), await ask_()]).toEqual([200, 429]);
    expect(counted[0]).toBe(counted[1]);
    expect(counted[0]?.length).toBeLessThan(100);
  });
});
