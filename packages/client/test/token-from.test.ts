import { createServer } from "node:http";
import { inspect } from "node:util";
import { startEmulator } from "@voxpipe/emulator";
import { expect, test } from "vitest";
import { connect, StreamingError, type StreamingSession, tokenFrom } from "voxpipe";

interface Asked {
  readonly method: string | undefined;
  readonly headers: Record<string, unknown>;
}

/** A backend that answers each request for a token with the next of the given statuses and bodies; "hang" never answers. */
async function backend(answers: readonly ("hang" | { status: number; body: string })[]) {
  const asked: Asked[] = [];
  let closed = 0;
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ method: request.method, headers: request.headers });
    response.on("close", () => closed++);
    if (answer && answer !== "hang")
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/api/token`,
    asked,
    closed: () => closed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const request = () => ({ attempt: 1, signal: new AbortController().signal });
const token = (text: string) => ({ status: 200, body: JSON.stringify({ token: text, expiresInSeconds: 60 }) });

test("asks by POST, anew for each attempt, with what the caller adds", async () => {
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

test.each([
  [401, "unauthorized", false],
  [403, "unauthorized", false],
  [429, "token-failed", true],
  [502, "token-failed", true],
  [404, "token-failed", false],
])("HTTP %i is %s, and says what happened", async (status, code, retryable) => {
  await using server = await backend([{ status, body: '{"error":{"code":"x","message":"y"}}' }]);
  const failure = await tokenFrom(server.url)(request()).then(String, (error: unknown) => error);
  expect(failure).toBeInstanceOf(StreamingError);
  expect(failure).toMatchObject({ code, status, retryable });
  expect(String(failure)).toContain(String(status));
});

test.each(["{}", '{"token":7}', '{"token":""}', "[]", "null"])("the answer %s is no token", async (body) => {
  await using server = await backend([{ status: 200, body }]);
  await expect(tokenFrom(server.url)(request())).rejects.toMatchObject({ code: "token-failed" });
});

test("an attempt that is given up takes its request along", async () => {
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
] as const)("a session that %s takes the request along", async (_, options, then, code) => {
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

test("one provider serves many sessions at once", async () => {
  await using server = await backend([token("a"), token("b"), token("c")]);
  const provider = tokenFrom(server.url);
  const tokens = await Promise.all([provider(request()), provider(request()), provider(request())]);
  expect(tokens.sort()).toEqual(["a", "b", "c"]);
});

test("a token that comes as bare text is refused, and not quoted", async () => {
  await using server = await backend([{ status: 200, body: "example-bare-token" }]);
  const failure = await tokenFrom(server.url)(request()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "token-failed" });
  expect(inspect(failure, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain("bare");
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
