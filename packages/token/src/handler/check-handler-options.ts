import * as v from "valibot";
import { originFault } from "../http/allowed-origin.ts";
import {
  checkOptions,
  count,
  exactly,
  longestTimer,
  milliseconds,
  seconds,
  serviceEntries,
} from "../request/token-options.ts";

const anyFunction = v.function("must be a function");
const text = v.pipe(v.string("must be a string"), v.nonEmpty("is empty"));
const positive = v.pipe(v.number("must be a number"), v.integer("must be whole"), v.minValue(1, "must be at least 1"));
// The memory limiter uses a timer for each window.
const longestWindow = Math.floor(longestTimer / 1000);
const perIdentity = v.optional(
  v.union([seconds, anyFunction], "must be a number of seconds, or a function of the identity"),
);

/** A build may load the route's module without the server's environment. The first request reports a missing key. */
const notYet = v.union([v.undefined(), v.literal("")], "must be a string, or a function that returns one");

const rateLimit = exactly(
  {
    requests: v.optional(positive),
    perSeconds: v.optional(v.pipe(positive, v.maxValue(longestWindow, `must be at most ${longestWindow}`))),
    by: v.optional(v.picklist(["identity", "address"], 'must be "identity" or "address"')),
    redis: v.optional(
      v.custom(
        (client) => typeof client === "object" && client !== null && ("isReady" in client || "status" in client),
        "must be a client of the package redis or ioredis",
      ),
    ),
    limiter: v.optional(v.object({ take: anyFunction }, "must have a function take(key)")),
    whenUnavailable: v.optional(v.picklist(["refuse", "memory"], 'must be "refuse" or "memory"')),
    timeout: v.optional(milliseconds),
    keyPrefix: v.optional(text),
  },
  "must be false or the limit's options",
);

const addressHeader = exactly(
  { header: text, proxies: v.optional(positive) },
  "must be { header, proxies } or a function of the request",
);

const schema = v.pipe(
  exactly(
    {
      ...serviceEntries,
      apiKey: v.lazy((value) => (typeof value === "function" ? anyFunction : value ? serviceEntries.apiKey : notYet)),
      authorize: v.optional(anyFunction),
      letAnyoneSpendMyMoney: v.optional(v.literal(true, "can only be true")),
      expiresInSeconds: perIdentity,
      maxSessionDurationSeconds: perIdentity,
      methods: v.optional(v.array(v.picklist(["POST", "GET"], 'must be "POST" or "GET"'), "must be a list")),
      allowedOrigins: v.optional(
        v.array(
          v.pipe(
            v.string("must be a string"),
            v.check(
              (text) => originFault(text) === undefined,
              ({ input }) => originFault(input) ?? "",
            ),
          ),
          "must be a list of origins",
        ),
      ),
      allowedHeaders: v.optional(v.array(text, "must be a list of header names")),
      address: v.optional(v.lazy((value) => (typeof value === "function" ? anyFunction : addressHeader))),
      rateLimit: v.optional(v.lazy((value) => (value === false ? v.literal(false) : rateLimit))),
      maxBodyBytes: v.optional(count),
      authorizeTimeout: v.optional(milliseconds),
      onError: v.optional(anyFunction),
    },
    "must be an object",
  ),
  v.check(
    ({ authorize, letAnyoneSpendMyMoney }) => authorize !== undefined || letAnyoneSpendMyMoney === true,
    "lack authorize, which decides who gets a token: anyone with a token can spend your money",
  ),
  v.check(
    ({ authorize, letAnyoneSpendMyMoney }) => authorize === undefined || letAnyoneSpendMyMoney === undefined,
    "have both authorize and letAnyoneSpendMyMoney; use one of them",
  ),
  v.check(
    ({ rateLimit: limit, address: source }) =>
      limit === undefined || limit === false || limit.by !== "address" || source !== undefined,
    "lack address, which rateLimit.by needs: the platform's function, or the header of your proxy",
  ),
  v.check(
    ({ rateLimit: limit }) =>
      limit === undefined || limit === false || limit.redis === undefined || limit.limiter === undefined,
    "have both rateLimit.redis and rateLimit.limiter; use one of them",
  ),
);

/** Throws a `TokenError` when the handler is created, before the first visitor comes. */
export function checkHandlerOptions(options: unknown): void {
  checkOptions(schema, options, "The token handler was not made");
}
