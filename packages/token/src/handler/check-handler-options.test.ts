import { describe, expect, it } from "vitest";
import { checkHandlerOptions } from "./check-handler-options.ts";

const apiKey = "not-a-real-key-0123456789";
const right = { apiKey, authorize: (): string => "ada" };

describe("the handler's options", () => {
  it.each([
    [right],
    [{ apiKey, letAnyoneSpendMyMoney: true }],
    [{ ...right, rateLimit: false }],
    [{ ...right, rateLimit: { by: "address" }, address: { header: "x-forwarded-for", proxies: 2 } }],
    [{ ...right, rateLimit: { redis: { isReady: true }, whenUnavailable: "memory" } }],
    [{ ...right, rateLimit: { perSeconds: 2_147_483 }, address: () => "192.0.2.1" }],
    [{ ...right, expiresInSeconds: () => 60, maxSessionDurationSeconds: 0 }],
    [{ ...right, allowedOrigins: ["https://app.example", "http://localhost:5173", "chrome-extension://abc"] }],
    [{ ...right, apiKey: undefined }],
    [{ ...right, apiKey: "" }],
    [{ ...right, apiKey: () => apiKey }],
  ])("are taken: %o", (options) => {
    expect(() => checkHandlerOptions(options)).not.toThrow();
  });

  it.each([
    [{ apiKey }, "lack authorize"],
    [{ ...right, letAnyoneSpendMyMoney: true }, "use one of them"],
    [{ apiKey, letAnyoneSpendMyMoney: false }, "letAnyoneSpendMyMoney can only be true"],
    [{ ...right, apiKey: null }, "apiKey must be a string"],
    [{ ...right, apiKey: 7 }, "apiKey must be a string"],
    [{ ...right, apiKey: `${apiKey}\n` }, "apiKey contains white space"],
    [{ ...right, allowedOrigins: ["*"] }, "allowedOrigins.0 contains a wildcard, but origins are compared as a whole"],
    [
      { ...right, allowedOrigins: ["https://app.example", "https://App.example/"] },
      'allowedOrigins.1 is not as browsers send it: write "https://app.example" (got "https://App.example/")',
    ],
    [{ ...right, methods: ["DELETE"] }, 'methods.0 must be "POST" or "GET" (got "DELETE")'],
    [{ ...right, rateLimit: { by: "address" } }, "lack address"],
    [{ ...right, rateLimit: { requests: 0 } }, "rateLimit.requests must be at least 1"],
    [{ ...right, rateLimit: { perSeconds: 2_592_000 } }, "perSeconds must be at most 2147483 (got 2592000)"],
    [{ ...right, rateLimit: { whenUnavailable: "allow" } }, 'whenUnavailable must be "refuse" or "memory"'],
    [{ ...right, rateLimit: { redis: "redis://127.0.0.1" } }, "redis must be a client"],
    [{ ...right, rateLimit: { redis: { status: "" }, limiter: { take() {} } } }, "use one of them"],
    [{ ...right, rateLimit: true }, "rateLimit must be false or the limit's options (got boolean)"],
    [{ ...right, address: { header: "x-forwarded-for", proxies: 0 } }, "address.proxies must be at least 1 (got 0)"],
    [{ ...right, expiresInSeconds: "60" }, "expiresInSeconds must be a number of seconds, or a function"],
    [{ ...right, onError: "log" }, "onError must be a function"],
    [{ authorize: (): string => "ada" }, "apiKey is missing (it is undefined: is the environment variable set?)"],
    [{ ...right, address: {} }, "address.header is missing"],
    [{ ...right, address: true }, "address must be { header, proxies } or a function of the request (got boolean)"],
    [{ ...right, maxSessionDurationSecond: 60 }, "Second is not an option: do you mean maxSessionDurationSeconds?"],
    [{ ...right, ratelimit: { requests: 1 } }, "ratelimit is not an option: do you mean rateLimit?"],
    [{ ...right, durationSeconds: 60 }, "durationSeconds is not an option: use one of apiKey, apiHost, "],
    [{ ...right, key: apiKey }, "key is not an option"],
    [{ ...right, rateLimit: { redisClient: {} } }, "rateLimit.redisClient is not an option: do you mean redis?"],
    [{ ...right, rateLimit: { max: 5 } }, "rateLimit.max is not an option: use one of requests, perSeconds, by, "],
    [{ ...right, address: { header: "x", proxy: 2 } }, "address.proxy is not an option: use one of header, proxies"],
    [undefined, "options must be an object"],
  ])("are refused when the handler is made: %o", (options, message) => {
    expect(() => checkHandlerOptions(options)).toThrowError(message);
    expect(() => checkHandlerOptions(options)).not.toThrowError(apiKey);
  });
});
