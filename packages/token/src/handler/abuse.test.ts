import { afterEach, describe, expect, it, vi } from "vitest";
import { ask, errorOf, setUp } from "../../test/handler-setup.ts";
import { minted, startUpstream } from "../../test/upstream.ts";
import { createTokenHandler } from "../token-handler.ts";

afterEach(() => vi.useRealTimers());

describe("a body of 10 MB", () => {
  const size = 10 * 1024 * 1024;
  const chunk = new Uint8Array(16 * 1024);

  /** A body that counts how much of it was read. */
  function upload() {
    const read = { bytes: 0, cancelled: false };
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (read.bytes >= size) return controller.close();
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
    const { body, read } = upload();
    const request = ask({ body, duplex: "half", headers: { "content-length": String(size) } });
    const response = await createTokenHandler({ ...setUp(upstream).settings, authorize })(request);
    expect(response.status).toBe(413);
    expect(read.bytes).toBe(0);
    expect(authorize).not.toHaveBeenCalled();
  });

  it("is refused at the limit where it is not, and the rest is cancelled", async () => {
    await using upstream = await startUpstream(minted);
    const authorize = vi.fn(() => "ada");
    const { body, read } = upload();
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

  it("does not help a subscriber who changes addresses within an IPv6 network", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({
      ...setUp(upstream).options,
      address: { header: "x-forwarded-for" },
      rateLimit,
    });
    const from = async (address: string) => (await handler(ask({ headers: { "x-forwarded-for": address } }))).status;
    expect(await from("2001:db8:1:2::1")).toBe(200);
    expect(await from("2001:db8:1:2:ffff::2")).toBe(429);
    expect(await from("[2001:DB8:1:2::3]:443")).toBe(429);
    expect(await from("2001:db8:1:3::1")).toBe(200);
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

  it("does not matter if the platform reports the address", async () => {
    await using upstream = await startUpstream(minted);
    const handler = createTokenHandler({ ...setUp(upstream).options, address: () => "198.51.100.7", rateLimit });
    const statuses = [await handler(ask()), await handler(ask({ headers: { "x-forwarded-for": "203.0.113.1" } }))];
    expect(statuses.map(({ status }) => status)).toEqual([200, 429]);
  });
});
