import { describe, expect, it } from "vitest";
import { ask, setUp } from "../../test/handler-setup.ts";
import { type Answer, minted, startUpstream } from "../../test/upstream.ts";
import { createTokenHandler } from "../token-handler.ts";
import type { Authorize } from "./handler-options.ts";

const fails = () => Promise.reject(new Error("down"));
const hangs = () => new Promise<never>(() => {});
const left = AbortSignal.abort();
const limited = { rateLimit: { limiter: { take: async () => ({ allowed: false }) } } };

interface Case {
  readonly request?: Parameters<typeof ask>[0];
  readonly options?: object;
  readonly authorize?: Authorize<string>;
  readonly answer?: Answer;
}

const cases: readonly (readonly [status: number, code: string, Case])[] = [
  [400, "bad-body", { request: { body: broken(), duplex: "half" } }],
  [401, "unauthorized", { authorize: () => false }],
  [403, "origin-not-allowed", { request: { headers: { origin: "https://evil.example" } } }],
  [403, "origin-not-allowed", { request: { method: "OPTIONS", headers: { origin: "https://evil.example" } } }],
  [403, "forbidden", { options: { address: () => undefined, rateLimit: { by: "address" } } }],
  [405, "method-not-allowed", { request: { method: "GET" } }],
  [405, "method-not-allowed", { request: { method: "HEAD" } }],
  [408, "body-too-slow", { request: { body: new ReadableStream(), duplex: "half" }, options: { timeout: 20 } }],
  [413, "body-too-large", { request: { body: "x".repeat(20_000) } }],
  [429, "too-many-requests", { options: limited }],
  [499, "aborted", { request: { signal: left } }],
  [500, "internal-error", { authorize: fails }],
  [502, "no-token", { answer: { status: 401 } }],
  [503, "unavailable", { answer: { status: 429 }, options: { maxRetries: 0 } }],
  [503, "unavailable", { options: { rateLimit: { limiter: { take: fails } } } }],
  [504, "timeout", { authorize: hangs, options: { authorizeTimeout: 20 } }],
  [504, "timeout", { answer: () => {}, options: { timeout: 50 } }],
];

describe("every refusal", () => {
  it.each(cases)("is JSON that nobody stores: %i %s", async (status, code, { request, options, authorize, answer }) => {
    await using upstream = await startUpstream(answer ?? minted);
    const { settings } = setUp(upstream);
    const handler = createTokenHandler({ ...settings, authorize: authorize ?? (() => "ada"), ...options });
    const response = await handler(ask(request));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: { code, message: expect.stringMatching(/\.$/) } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "no-store",
      "content-type": expect.stringContaining("application/json"),
      vary: "Origin",
      "x-content-type-options": "nosniff",
    });
    expect(response.headers.get("allow")).toBe(status === 405 ? "POST, OPTIONS" : null);
    expect(response.headers.has("retry-after")).toBe(status === 429 || status === 503);
  });
});

it("OPTIONS names the methods, and is not stored either", async () => {
  await using upstream = await startUpstream(minted);
  const response = await createTokenHandler(setUp(upstream).options)(ask({ method: "OPTIONS" }));
  expect([response.status, await response.text()]).toEqual([204, ""]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    allow: "POST, OPTIONS",
    "cache-control": "no-store",
    vary: "Origin",
  });
});

function broken(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
}
