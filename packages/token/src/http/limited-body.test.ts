import { describe, expect, it } from "vitest";
import { ask, setUp } from "../../test/handler-setup.ts";
import { minted, startUpstream } from "../../test/upstream.ts";
import { createTokenHandler } from "../token-handler.ts";

/** A request that declares an empty body, as a bridge passes it on, and has this one. */
function declaredEmpty(body: BodyInit | null): Request {
  return ask({ headers: { "content-length": "0" }, body, duplex: "half" });
}

describe("a body behind content-length: 0", () => {
  it("of more than maxBodyBytes is refused", async () => {
    await using upstream = await startUpstream(minted);
    const response = await createTokenHandler(setUp(upstream).options)(declaredEmpty("x".repeat(20_000)));
    expect(response.status).toBe(413);
    expect(upstream.requests).toEqual([]);
  });

  it("that never ends is refused after `timeout`, before authorize waits for it", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = async (request: Request) => (await request.text()) && "ada";
    const handler = createTokenHandler({ ...setUp(upstream).options, authorize, timeout: 50 });
    expect((await handler(declaredEmpty(new ReadableStream()))).status).toBe(408);
  });

  it("reaches authorize within the limit, as it is", async () => {
    await using upstream = await startUpstream(minted);
    const bodies: string[] = [];
    const authorize = async (request: Request) => {
      bodies.push(await request.text());
      return "ada";
    };
    const handler = createTokenHandler({ ...setUp(upstream).options, authorize });
    expect((await handler(declaredEmpty("who am I"))).status).toBe(200);
    expect(bodies).toEqual(["who am I"]);
  });

  it("that is empty leaves authorize the platform's own request, readable", async () => {
    await using upstream = await startUpstream(minted);
    const request = Object.assign(declaredEmpty(new ReadableStream({ start: (it) => it.close() })), {
      ip: "192.0.2.1",
    });
    const seen: unknown[] = [];
    const authorize = async (visitor: Request) => {
      seen.push(Reflect.get(visitor, "ip"), await visitor.text());
      return "ada";
    };
    expect((await createTokenHandler({ ...setUp(upstream).options, authorize })(request)).status).toBe(200);
    expect(seen).toEqual(["192.0.2.1", ""]);
  });
});

it("a body that comes too slowly is no longer read after the 408", async () => {
  await using upstream = await startUpstream(minted);
  let cancelled = false;
  const body = new ReadableStream({
    start: (it) => it.enqueue(new Uint8Array(1)),
    cancel: () => {
      cancelled = true;
    },
  });
  const handler = createTokenHandler({ ...setUp(upstream).options, timeout: 50 });
  expect((await handler(ask({ body, duplex: "half" }))).status).toBe(408);
  await expect.poll(() => cancelled).toBe(true);
});
