import { createServer } from "node:http";
import { inspect } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { tokenFrom } from "voxpipe";
import { backend, request, token } from "./token-backend.ts";

afterEach(() => vi.useRealTimers());

test.each(["{}", '{"token":7}', '{"token":""}', "[]", "null"])("the answer %s is no token", async (body) => {
  await using server = await backend([{ status: 200, body }]);
  await expect(tokenFrom(server.url)(request())).rejects.toMatchObject({ code: "token-failed" });
});

test("a token that comes as bare text is refused, and not quoted", async () => {
  await using server = await backend([{ status: 200, body: "example-bare-token" }]);
  const failure = await tokenFrom(server.url)(request()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "token-failed" });
  expect(inspect(failure, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain("bare");
});

test("a redirect is not followed, so that the visitor's headers go nowhere else, and says what to do", async () => {
  await using target = await backend([token("of-another-server")]);
  const server = createServer((_, response) => response.writeHead(307, { location: target.url }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/api/token`;
  const init = { headers: { "x-visitor": "ada" } };
  const failure = await tokenFrom(url, { init })(request()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "token-failed", status: 307, retryable: false });
  expect(String(failure)).toMatch(/HTTP 307, a redirect, which is not followed.+Pass the final URL/);
  await expect(tokenFrom(new Request(url, { method: "POST" }), { init })(request())).rejects.toMatchObject({
    status: 307,
  });
  expect(target.asked).toEqual([]);

  expect(await tokenFrom(url, { init: { redirect: "follow" } })(request())).toBe("of-another-server");
  server.closeAllConnections();
  server.close();
});

test("a browser's redirect, which hides its status, is one too", async () => {
  const opaque = Object.defineProperty(Response.error(), "type", { value: "opaqueredirect" });
  const failure = await tokenFrom("https://app.example/", { fetch: async () => opaque })(request()).catch(String);
  expect(failure).toContain("The token endpoint answered a redirect, which is not followed");
});

/** A body without an end, and how much of it was pulled. */
function endless() {
  const pulled = { chunks: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        pulled.chunks++;
        controller.enqueue(new Uint8Array(16 * 1024).fill(0x20));
      },
      cancel: () => {
        pulled.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, pulled };
}

test("of an endless answer no more than 64 KiB are read", async () => {
  const { body, pulled } = endless();
  const provider = tokenFrom("https://app.example/", { fetch: async () => new Response(body) });
  await expect(provider(request())).rejects.toMatchObject({
    code: "token-failed",
    message: "The token endpoint answered more than 65536 bytes. Check its URL.",
  });
  expect(pulled).toEqual({ chunks: 5, cancelled: true });
});

test("an endless refusal is not read at all", async () => {
  const { body, pulled } = endless();
  const provider = tokenFrom("https://app.example/", { fetch: async () => new Response(body, { status: 500 }) });
  await expect(provider(request())).rejects.toMatchObject({ status: 500 });
  expect(pulled).toEqual({ chunks: 0, cancelled: true });
});

test.each([
  ["never answers", () => new Promise<Response>(() => {})],
  ["never ends its answer", async () => new Response(new ReadableStream())],
])("an endpoint that %s is given up after `timeout`", async (_, fetch) => {
  vi.useFakeTimers();
  const asking = tokenFrom("https://app.example/", { fetch, timeout: 5_000 })(request()).catch(
    (error: unknown) => error,
  );
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await asking).toMatchObject({
    code: "token-failed",
    retryable: true,
    message: expect.stringContaining("5000 ms"),
  });
  expect(vi.getTimerCount()).toBe(0);
});

test("an attempt that is given up stops reading, also from a fetch that ignores its signal", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    cancel: () => {
      cancelled = true;
    },
  });
  const attempt = new AbortController();
  const fetch = vi.fn(async () => new Response(body));
  const asking = tokenFrom("https://app.example/", { fetch })({ attempt: 1, signal: attempt.signal });
  await vi.waitFor(() => expect(body.locked).toBe(true), 60_000);
  attempt.abort(new Error("given up"));
  await expect(asking).rejects.toThrow("given up");
  expect(cancelled).toBe(true);
});

test("deeply nested JSON is no token", async () => {
  const nested = `{"token":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  const provider = tokenFrom("https://app.example/", { fetch: async () => new Response(nested) });
  await expect(provider(request())).rejects.toMatchObject({ code: "token-failed" });
});
