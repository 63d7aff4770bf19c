import type { Emulator } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { afterEach, describe, expect, test, vi } from "vitest";
import { connect, StreamingError, type StreamingSession, tokenFrom } from "voxpipe";
import { backend, request, token } from "./token-backend.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("sends a POST for each attempt, with the caller's own options", async () => {
  await using server = await backend([token("first"), token("second")]);
  const provider = tokenFrom(server.url, { init: { headers: { "x-visitor": "ada" } } });
  expect(await provider(request())).toBe("first");
  expect(await provider(request())).toBe("second");
  expect(server.asked.map(({ method, headers }) => [method, headers["x-visitor"]])).toEqual([
    ["POST", "ada"],
    ["POST", "ada"],
  ]);
});

test("a Request can be used for many attempts", async () => {
  await using server = await backend([token("first"), token("second")]);
  const provider = tokenFrom(new Request(server.url, { method: "PUT", body: "{}" }));
  expect([await provider(request()), await provider(request())]).toEqual(["first", "second"]);
  expect(server.asked.map(({ method }) => method)).toEqual(["PUT", "PUT"]);
});

test("sends no cache option to a runtime whose Request knows no cache, as Workers before 2024-11-11, and no-store to others", async () => {
  const inits: (RequestInit | undefined)[] = [];
  const fetch = async (_input: unknown, init?: RequestInit) => {
    inits.push(init);
    return Response.json({ token: "first" });
  };
  const provider = tokenFrom("https://app.example/api/token", { fetch });
  await provider(request());
  vi.stubGlobal("Request", class {});
  await provider(request());
  expect(inits.map((init) => init && "cache" in init && init.cache)).toEqual(["no-store", false]);
});

test.each([
  [401, "unauthorized", false, "The visitor, or this page's origin, is not allowed to get tokens."],
  [403, "unauthorized", false, "The visitor, or this page's origin, is not allowed to get tokens."],
  [404, "token-failed", false, "Check its URL and method."],
  [405, "token-failed", false, "Check its URL and method."],
  [429, "token-failed", true, "See its log."],
  [500, "token-failed", true, "See its log."],
  [502, "token-failed", true, "See its log."],
])("HTTP %i is %s, and says what happened and what to do", async (status, code, retryable, remedy) => {
  await using server = await backend([{ status, body: '{"error":{"code":"x","message":"y"}}' }]);
  const failure = await tokenFrom(server.url)(request()).then(String, (error: unknown) => error);
  expect(failure).toBeInstanceOf(StreamingError);
  const message = `The token endpoint answered HTTP ${status}. ${remedy}`;
  expect(failure).toMatchObject({ code, status, retryable, message });
});

const busy = (status: number, header: string) =>
  new Response("{}", { status, headers: header === "" ? {} : { "retry-after": header } });

test.each([
  [429, "3", 3_000],
  [503, "2", 2_000],
  [429, "a date in 4 s", 4_000],
])(
  "an endpoint that answers %i and Retry-After: %s gets no request before that, and calls reject at once",
  async (status, header, ms) => {
    vi.useFakeTimers({ now: 1_000 * Math.ceil(Date.now() / 1_000) });
    const after = header === "a date in 4 s" ? new Date(Date.now() + 4_000).toUTCString() : header;
    const answers = [busy(status, after), Response.json({ token: "first" }), Response.json({ token: "second" })];
    const fetch = vi.fn(async () => answers.shift() ?? Response.error());
    const provider = tokenFrom("https://app.example/api/token", { fetch });
    const told = (seconds: number) => ({
      code: "token-failed",
      status,
      retryable: true,
      retryAfterSeconds: seconds,
      message: `The token endpoint answered HTTP ${status} (retry after ${Math.ceil(seconds)} s). See its log.`,
    });
    await expect(provider(request())).rejects.toMatchObject(told(ms / 1000));
    await vi.advanceTimersByTimeAsync(ms - 10);
    await expect(provider(request())).rejects.toMatchObject(told(0.01));
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10);
    expect([await provider(request()), await provider(request())]).toEqual(["first", "second"]);
  },
);

test("but for no longer than a minute", async () => {
  vi.useFakeTimers();
  const fetch = vi.fn(async () => busy(429, "86400"));
  const provider = tokenFrom("https://app.example/api/token", { fetch });
  await expect(provider(request())).rejects.toMatchObject({ retryAfterSeconds: 86_400 });
  await vi.advanceTimersByTimeAsync(60_000);
  await expect(provider(request())).rejects.toMatchObject({ retryAfterSeconds: 86_400 });
  expect(fetch).toHaveBeenCalledTimes(2);
});

test.each([
  [429, ""],
  [429, "soon"],
  [401, "30"],
  [500, "30"],
])("after %i with Retry-After %j it is asked when the session wants to", async (status, header) => {
  const answers = [busy(status, header), Response.json({ token: "first" })];
  const provider = tokenFrom("https://app.example/", { fetch: async () => answers.shift() ?? Response.error() });
  await expect(provider(request())).rejects.toMatchObject({ status });
  expect(await provider(request())).toBe("first");
});

test("a session whose endpoint is over its limit for a second gets through, though its own pauses are shorter", async () => {
  await using emulator = await startEmulator({ apiKeys: ["key"] });
  const mint = `${emulator.url.replace("ws", "http")}/v3/token?expires_in_seconds=60`;
  let until = 0;
  const fetch = async () => {
    until ||= performance.now() + 990;
    return performance.now() < until ? busy(429, "1") : globalThis.fetch(mint, { headers: { Authorization: "key" } });
  };
  const token = tokenFrom("https://app.example/api/token", { fetch });
  const session = connect({ apiHost: emulator.url, token, sampleRate: 16_000, connectionRetryDelay: 1 });
  expect((await session.opened).type).toBe("Begin");
  await session.close();
});

test("an aborted attempt aborts its request", async () => {
  await using server = await backend(["hang"]);
  const attempt = new AbortController();
  const asking = tokenFrom(server.url)({ attempt: 1, signal: attempt.signal });
  await expect.poll(() => server.asked.length).toBe(1);
  attempt.abort(new Error("given up"));
  await expect(asking).rejects.toThrow("given up");
  await expect.poll(server.closed).toBe(1);
});

test.each([
  ["times out", { connectTimeout: 500, maxConnectionRetries: 0 }, () => {}, "connect-timeout"],
  ["is aborted", {}, (session: StreamingSession) => session.abort(), "aborted"],
] as const)("a session that %s aborts the request", async (_, options, then, code) => {
  await using server = await backend(["hang"]);
  const session = connect({
    ...options,
    token: tokenFrom(server.url),
    apiHost: "ws://127.0.0.1:9",
    sampleRate: 16_000,
  });
  await expect.poll(() => server.asked.length).toBe(1);
  then(session);
  await expect(session.closed).rejects.toMatchObject({ code });
  await expect.poll(server.closed).toBe(1);
});

test("a session whose endpoint does not answer in time asks again, with one request at a time", async () => {
  await using server = await backend(["hang"]);
  let open = 0;
  const openBefore: number[] = [];
  const fetch = async (...asking: Parameters<typeof globalThis.fetch>) => {
    openBefore.push(open++);
    try {
      return await globalThis.fetch(...asking);
    } finally {
      open--;
    }
  };
  const session = connect({
    apiHost: "ws://127.0.0.1:9",
    token: tokenFrom(server.url, { fetch }),
    sampleRate: 16_000,
    connectTimeout: 200,
    connectionRetryDelay: 1,
    maxConnectionRetries: 2,
  });
  await expect(session.closed).rejects.toMatchObject({ code: "connect-timeout" });
  expect(openBefore).toEqual([0, 0, 0]);
  await expect.poll(() => open).toBe(0);
});

test("one provider serves many sessions at once", async () => {
  await using server = await backend([token("a"), token("b"), token("c")]);
  const provider = tokenFrom(server.url);
  const tokens = await Promise.all([provider(request()), provider(request()), provider(request())]);
  expect(tokens.sort()).toEqual(["a", "b", "c"]);
});

test("an endpoint that is busy when the session starts is asked again", async () => {
  await using emulator = await startEmulator();
  await using server = await backend([{ status: 503, body: "{}" }, token("second")]);
  const session = connect({
    apiHost: emulator.url,
    token: tokenFrom(server.url),
    sampleRate: 16_000,
    connectionRetryDelay: 1,
  });
  await session.closed.catch(() => {});
  expect(server.asked).toHaveLength(2);
});

test("a session takes a fresh token for its reconnection", async () => {
  await using emulator = await startEmulator({ apiKeys: ["key"], faults: [{ when: "begin", do: "drop", session: 0 }] });
  let minted = 0;
  const mint = async () => {
    minted++;
    const response = await fetch(`${emulator.url.replace("ws", "http")}/v3/token?expires_in_seconds=60`, {
      headers: { Authorization: "key" },
    });
    return response.text();
  };
  const provider = tokenFrom("http://localhost/api/token", { fetch: async () => new Response(await mint()) });
  const session = connect({ apiHost: emulator.url, token: provider, sampleRate: 16_000, connectionRetryDelay: 1 });
  const types = [];
  for await (const event of session.events) {
    types.push(event.type);
    if (event.type === "Reconnected") await session.close();
  }
  expect(types).toEqual(["Begin", "Reconnecting", "Reconnected", "Termination"]);
  expect(minted).toBe(2);
});

describe("a token that comes with its host", () => {
  /** The answer of a token server that names a host. */
  async function minting(emulator: Emulator, apiHost = emulator.url) {
    const url = `${emulator.url.replace("ws", "http")}/v3/token?expires_in_seconds=60`;
    return async () => {
      const { token: minted }: { token: string } = await (
        await fetch(url, { headers: { Authorization: "key" } })
      ).json();
      return Response.json({ token: minted, expiresInSeconds: 60, apiHost });
    };
  }

  test("is handed over with it", async () => {
    const answer = async () => Response.json({ token: "t", apiHost: "wss://eu.example" });
    const provider = tokenFrom("https://app.example/", { fetch: answer });
    expect(await provider(request())).toEqual({ token: "t", apiHost: "wss://eu.example" });
  });

  test("connects a session there", async () => {
    await using emulator = await startEmulator({ apiKeys: ["key"] });
    const warnings: string[] = [];
    const session = connect({
      token: tokenFrom("https://app.example/", { fetch: await minting(emulator) }),
      sampleRate: 16_000,
      onWarning: (warning) => warnings.push(warning),
    });
    await session.opened;
    await session.close();
    expect(emulator.sessions).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test("does not overrule the page's own apiHost, and a difference is reported once", async () => {
    await using emulator = await startEmulator({
      apiKeys: ["key"],
      faults: [{ when: "begin", do: "drop", session: 0 }],
    });
    const warnings: string[] = [];
    const session = connect({
      token: tokenFrom("https://app.example/", { fetch: await minting(emulator, "wss://eu.example") }),
      apiHost: emulator.url,
      sampleRate: 16_000,
      connectionRetryDelay: 1,
      onWarning: (warning) => warnings.push(warning),
    });
    for await (const event of session.events) if (event.type === "Reconnected") await session.close();
    expect(emulator.sessions).toHaveLength(2);
    expect(warnings).toEqual([
      `apiHost is ${emulator.url}, but the token is for wss://eu.example, and may be refused. Leave apiHost out here, or set the same on the server.`,
    ]);
  });

  test("that is not encrypted is refused before anything goes there", async () => {
    const fetch = async () => Response.json({ token: "the-token", apiHost: "ws://eu.example" });
    const session = connect({ token: tokenFrom("https://app.example/", { fetch }), sampleRate: 16_000 });
    const failure = await session.closed.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "token-failed", retryable: false });
    expect(String(failure)).toContain('named "ws://eu.example" as apiHost. It must be wss://');
  });
});
