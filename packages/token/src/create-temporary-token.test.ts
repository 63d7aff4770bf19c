import { createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { everythingIn, failureOf } from "../test/failure.ts";
import { minted, startUpstream } from "../test/upstream.ts";
import { createTemporaryToken } from "./create-temporary-token.ts";
import type { Fetch } from "./request/token-options.ts";

const apiKey = "not-a-real-key-0123456789";
const quick = { apiKey, expiresInSeconds: 60, retryDelay: 1 };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a token", () => {
  it("is asked for with the raw key in the header and the durations in the query", async () => {
    await using upstream = await startUpstream(minted);
    const token = await createTemporaryToken({ ...quick, apiHost: upstream.url, maxSessionDurationSeconds: 600 });
    expect(token).toEqual({ token: "a-temporary-token", expiresInSeconds: 60 });
    expect(upstream.requests).toEqual([
      {
        method: "GET",
        path: "/v3/token",
        query: { expires_in_seconds: "60", max_session_duration_seconds: "600" },
        authorization: apiKey,
      },
    ]);
  });

  it("may run to thousands of characters", async () => {
    const long = "t".repeat(8_000);
    await using upstream = await startUpstream({ body: { token: long, expires_in_seconds: 60 } });
    expect((await createTemporaryToken({ ...quick, apiHost: upstream.url })).token).toBe(long);
  });

  it.each([["ws"], ["http"]])("comes from a host given as a %s URL", async (scheme) => {
    await using upstream = await startUpstream(minted);
    await createTemporaryToken({ ...quick, apiHost: upstream.url.replace("http", scheme) });
    expect(upstream.requests).toHaveLength(1);
  });

  it("is minted by another fetch where one is given", async () => {
    const asked: string[] = [];
    const fetch: Fetch = async (url) => {
      asked.push(url);
      return Response.json({ token: "t", expires_in_seconds: 60 });
    };
    await createTemporaryToken({ ...quick, apiHost: "eu.example", fetch });
    expect(asked).toEqual(["https://eu.example/v3/token?expires_in_seconds=60"]);
  });
});

describe("what the service judges", () => {
  it("includes 0 seconds, which reach it, and its 422 is reported in its words, once", async () => {
    const detail = [{ loc: ["query", "expires_in_seconds"], msg: "Input should be at least 1", input: "0" }];
    await using upstream = await startUpstream({ status: 422, body: { detail } });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url, expiresInSeconds: 0 }));
    expect(error).toMatchObject({ code: "invalid-request", status: 422, retryable: false });
    expect(error.message).toContain('expires_in_seconds: Input should be at least 1 (got "0")');
    expect(upstream.requests.map(({ query }) => query)).toEqual([{ expires_in_seconds: "0" }]);
  });

  it.each([
    [400, "invalid-request"],
    [401, "unauthorized"],
    [403, "unauthorized"],
    [404, "unexpected-status"],
    [204, "unexpected-status"],
  ] as const)("is not asked again after %i, which is %s", async (status, code) => {
    await using upstream = await startUpstream({ status, body: { error: "No.", code: "E7", details: { why: "so" } } });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url }));
    expect(error).toMatchObject({ code, status, retryable: false });
    expect(error.remedy).not.toBe("");
    expect(error.message.endsWith(error.remedy)).toBe(true);
    if (status !== 204) expect(error.message).toContain('No., E7, {"why":"so"}');
    expect(upstream.requests).toHaveLength(1);
  });

  it("does not follow a redirect, so that the key goes nowhere else", async () => {
    await using elsewhere = await startUpstream(minted);
    await using upstream = await startUpstream({ status: 302, headers: { location: `${elsewhere.url}/v3/token` } });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url }));
    expect(error).toMatchObject({ code: "unexpected-status", status: 302 });
    expect(elsewhere.requests).toEqual([]);
  });
});

describe("an answer that is no token", () => {
  it.each([
    ["a page", "<html>Sign in to the airport's network</html>"],
    ["no token", { expires_in_seconds: 60 }],
    ["an empty token", { token: "", expires_in_seconds: 60 }],
    ["a number for a token", { token: 7, expires_in_seconds: 60 }],
    ["a text for the seconds", { token: "private", expires_in_seconds: "60" }],
    ["too much of it", { token: "t".repeat(70_000), expires_in_seconds: 60 }],
  ])("is refused when it is %s", async (_, body) => {
    await using upstream = await startUpstream({ body });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url }));
    expect(error).toMatchObject({ code: "invalid-response", status: 200, retryable: false });
    expect(everythingIn(error)).not.toContain("private");
  });
});

describe("a failure that may pass", () => {
  it.each([429, 500, 502, 503])("is tried again after %i", async (status) => {
    await using upstream = await startUpstream({ status, body: { error: "Later." } }, minted);
    const { token } = await createTemporaryToken({ ...quick, apiHost: upstream.url });
    expect(token).toBe("a-temporary-token");
    expect(upstream.requests).toHaveLength(2);
  });

  it("is tried again after a broken connection", async () => {
    await using upstream = await startUpstream((request) => request.socket.destroy(), minted);
    await createTemporaryToken({ ...quick, apiHost: upstream.url });
    expect(upstream.requests).toHaveLength(2);
  });

  it.each([
    [0, 1],
    [1, 2],
    [undefined, 3],
  ])("is given up after maxRetries: %s", async (maxRetries, attempts) => {
    await using upstream = await startUpstream({ status: 503, body: "<busy>" });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url, maxRetries }));
    expect(error).toMatchObject({ code: "server-error", status: 503, retryable: true });
    expect(error.message).toContain("<busy>");
    expect(upstream.requests).toHaveLength(attempts);
  });

  it.each([
    ["seconds", () => "7"],
    ["a date", () => new Date(Date.now() + 7_000).toUTCString()],
  ])("waits as long as Retry-After asks in %s", async (_, header) => {
    vi.useFakeTimers();
    const answers = [
      new Response("{}", { status: 429, headers: { "retry-after": header() } }),
      Response.json({ token: "a-temporary-token", expires_in_seconds: 60 }),
    ];
    const fetch = vi.fn<Fetch>(async () => answers.shift() ?? Response.error());
    const minting = createTemporaryToken({ ...quick, fetch });
    await vi.advanceTimersByTimeAsync(5_900);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(fetch).toHaveBeenCalledTimes(2);
    expect((await minting).token).toBe("a-temporary-token");
  });

  it.each([
    ["with", "7", 7_000],
    ["without", undefined, 0],
  ])("is tried again after a pause that chance picks, %s Retry-After", async (_, header, least) => {
    vi.useFakeTimers();
    const chance = vi.spyOn(Math, "random");
    for (const picked of [0.25, 0.75]) {
      chance.mockReturnValue(picked);
      const headers = new Headers(header === undefined ? {} : { "retry-after": header });
      const answers = [new Response("{}", { status: 429, headers })];
      const fetch = vi.fn<Fetch>(async () => answers.shift() ?? Response.json({ token: "t", expires_in_seconds: 60 }));
      const minting = createTemporaryToken({ ...quick, fetch, retryDelay: 1_000 });
      await vi.advanceTimersByTimeAsync(least + picked * 1_000 - 1);
      expect(fetch).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(fetch).toHaveBeenCalledTimes(2);
      await minting;
    }
  });

  it("has another pause after each failure", async () => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValueOnce(0.5).mockReturnValueOnce(0.125);
    const asked: number[] = [];
    const fetch: Fetch = async () => {
      asked.push(Date.now());
      return new Response("{}", { status: 503 });
    };
    const failing = failureOf(createTemporaryToken({ ...quick, fetch, retryDelay: 1_000 }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await failing).code).toBe("server-error");
    expect(asked.map((time) => time - (asked[0] ?? 0))).toEqual([0, 500, 750]);
  });

  it("is reported at once if Retry-After would outlast the timeout", async () => {
    await using upstream = await startUpstream({ status: 429, headers: { "retry-after": "3600" } });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url }));
    expect(error).toMatchObject({ code: "rate-limited", retryAfterSeconds: 3600, retryable: true });
    expect(upstream.requests).toHaveLength(1);
  });

  it("names what kept it from the server", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        const free = typeof address === "object" && address !== null ? address.port : 0;
        server.close(() => resolve(free));
      });
    });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: `ws://127.0.0.1:${port}` }));
    expect(error).toMatchObject({ code: "network", retryable: true });
    expect(error.message).toContain(`http://127.0.0.1:${port} could not be reached`);
    expect(error.message).toContain("ECONNREFUSED");
  });
});

describe("the call ends", () => {
  const hang = () => {};
  const trickle = (_: unknown, response: import("node:http").ServerResponse) => {
    response.writeHead(200).write("{");
  };

  it.each([
    ["headers", hang],
    ["the end of the body", trickle],
  ])("by timeout while it waits for %s", async (_, answer) => {
    await using upstream = await startUpstream(answer);
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url, timeout: 50 }));
    expect(error).toMatchObject({ code: "timeout", retryable: true });
  });

  it("by its signal, before, during and between attempts", async () => {
    await using upstream = await startUpstream({ status: 500 }, hang);
    const gone = AbortSignal.abort();
    expect(await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url, signal: gone }))).toMatchObject({
      code: "aborted",
    });
    expect(upstream.requests).toHaveLength(0);

    const between = new AbortController();
    const pausing = failureOf(
      createTemporaryToken({
        ...quick,
        apiHost: upstream.url,
        retryDelay: 2 ** 31 - 1,
        timeout: 2 ** 31 - 1,
        signal: between.signal,
      }),
    );
    await upstream.received(1);
    between.abort();
    expect((await pausing).code).toBe("aborted");

    const during = new AbortController();
    const hanging = failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url, signal: during.signal }));
    await upstream.received(2);
    during.abort();
    expect((await hanging).code).toBe("aborted");
  });

  it("also if the given fetch ignores the signal", async () => {
    const fetch: Fetch = () => new Promise(() => {});
    expect((await failureOf(createTemporaryToken({ ...quick, fetch, timeout: 20 }))).code).toBe("timeout");
  });

  it("without leaving a timer or a listener", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using upstream = await startUpstream(minted);
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await createTemporaryToken({ ...quick, apiHost: upstream.url, signal });
    expect(vi.getTimerCount()).toBe(0);
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledWith("abort", added.mock.calls[0]?.[1]);
  });
});

describe("the API key", () => {
  it.each([
    ["a fetch that quotes its headers", new Error(`bad header Authorization: ${apiKey}`)],
    ["a fetch that quotes part of it", new Error(`bad header ${apiKey.slice(0, 10)}…`)],
    ["a cause that quotes it", new TypeError("fetch failed", { cause: new Error(`authorization=${apiKey}`) })],
    [
      "headers hung on the error",
      Object.assign(new Error("refused"), { request: { headers: { Authorization: apiKey } }, cause: { apiKey } }),
    ],
    ["a thrown string", `could not send ${apiKey}`],
    ["a thrown object", { headers: { Authorization: apiKey } }],
  ])("is in nothing that comes of %s", async (_, thrown) => {
    const fetch: Fetch = () => Promise.reject(thrown);
    const error = await failureOf(createTemporaryToken({ ...quick, fetch, maxRetries: 0 }));
    expect(error.code).toBe("network");
    expect(everythingIn(error)).not.toContain(apiKey.slice(0, 8));
  });

  it("is not repeated when the service repeats it", async () => {
    await using upstream = await startUpstream({ status: 401, body: { error: `Invalid API key ${apiKey}` } });
    const error = await failureOf(createTemporaryToken({ ...quick, apiHost: upstream.url }));
    expect(error.code).toBe("unauthorized");
    expect(everythingIn(error)).not.toContain(apiKey.slice(0, 8));
  });

  it("is not repeated when the signal's reason holds it", async () => {
    const signal = AbortSignal.abort(new Error(apiKey));
    expect(everythingIn(await failureOf(createTemporaryToken({ ...quick, signal })))).not.toContain(apiKey);
  });

  it.each([
    ["with a line break", `${apiKey}\n`],
    ["with a space", ` ${apiKey}`],
    ["with a letter that no header carries", `${apiKey}é`],
  ])("%s is refused before it is sent, unquoted", async (_, key) => {
    const error = await failureOf(createTemporaryToken({ ...quick, apiKey: key }));
    expect(error.code).toBe("invalid-options");
    expect(error.message).toContain("apiKey contains white space");
    expect(everythingIn(error)).not.toContain(apiKey);
  });

  it.each(["", "ftp://", "https://api.", "https://eu.example/"])(
    "is neither looked up nor repeated when it was given for the host as well: %s<key>",
    async (before) => {
      const fetch = vi.fn<Fetch>(() => Promise.reject(new Error("no such host")));
      const apiHost = `${before}${apiKey.toUpperCase()}`;
      const error = await failureOf(createTemporaryToken({ ...quick, fetch, apiHost }));
      expect(error.code).toBe("invalid-options");
      expect(everythingIn(error).toLowerCase()).not.toContain(apiKey.slice(0, 8));
      expect(fetch).not.toHaveBeenCalled();
    },
  );
});

describe("an answer that is nested deeply", () => {
  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;

  it.each([
    ["details", 400, `{"error":"Bad request","details":${deep}}`, "Bad request, [[[[[[[["],
    ["input", 422, `{"detail":[{"msg":"wrong","loc":["query","x"],"input":${deep}}]}`, "x: wrong (got [[[[[[[["],
    ["objects", 400, `{"error":"Bad request","details":${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}}`, '"a":"…"'],
  ])("in %s is cut short, and says what the service refused", async (_, status, body, words) => {
    const fetch = async () => new Response(body, { status });
    const failure = await createTemporaryToken({ apiKey: "not-a-real-key", expiresInSeconds: 60, fetch }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "invalid-request", status, retryable: false });
    expect(String(failure)).toContain(words);
  });

  it("as a token is none", async () => {
    const fetch = async () => new Response(`{"token":${deep},"expires_in_seconds":60}`);
    await expect(createTemporaryToken({ apiKey: "not-a-real-key", expiresInSeconds: 60, fetch })).rejects.toMatchObject(
      { code: "invalid-response" },
    );
  });
});
