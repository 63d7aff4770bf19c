import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { expect, test } from "vitest";
import { connect, type StreamingError } from "voxpipe";
import { WebSocketServer } from "ws";

/** A server that answers the handshakes that come to it one after another; the last answer is repeated. */
async function host(...answers: readonly [RequestListener, ...RequestListener[]]) {
  let handshakes = 0;
  const urls: string[] = [];
  const server = createServer((request, response) => {
    urls.push(request.url ?? "");
    (answers[handshakes++] ?? answers.at(-1))?.(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    apiHost: `ws://127.0.0.1:${port}`,
    handshakes: () => handshakes,
    urls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function status(code: number, headers: Record<string, string> = {}, body = ""): RequestListener {
  return (_, response) => response.writeHead(code, headers).end(body);
}

async function failure(options: Parameters<typeof connect>[0]): Promise<StreamingError> {
  const session = connect({ apiKey: "example-key", sampleRate: 16_000, connectionRetryDelay: 1, ...options });
  const error = await session.closed.then(
    () => undefined,
    (reason: StreamingError) => reason,
  );
  if (error === undefined) throw new Error("The session did not fail.");
  return error;
}

test("the answer's words and its Retry-After are kept", async () => {
  await using server = await host(status(503, { "retry-after": "7" }, "Deploying,\r\n back soon \u202e"));
  const error = await failure({ apiHost: server.apiHost, maxConnectionRetries: 0 });
  expect(error).toMatchObject({ code: "handshake-rejected", status: 503, retryAfterSeconds: 7 });
  expect(error.message).toContain('HTTP 503 ("Deploying, back soon"). Try again later');
});

test("of an endless answer only the start is read", async () => {
  await using server = await host((_, response) => {
    response.writeHead(404);
    const more = () => {
      while (response.write("x".repeat(4096)));
    };
    response.on("drain", more);
    more();
  });
  const error = await failure({ apiHost: server.apiHost });
  expect(error).toMatchObject({ code: "handshake-rejected", status: 404 });
  expect(error.message.length).toBeLessThan(500);
});

test("an answer that never ends is not waited for", async () => {
  await using server = await host((_, response) => void response.writeHead(404).write("not he"));
  const error = await failure({ apiHost: server.apiHost, connectTimeout: 20_000 });
  expect(error).toMatchObject({ code: "handshake-rejected", status: 404 });
  expect(error.message).toContain('("not he")');
});

test("a token that the answer quotes is not shown", async () => {
  await using server = await host((request, response) => void response.writeHead(400).end(`bad url: ${request.url}`));
  const error = await failure({ apiHost: server.apiHost, apiKey: undefined, token: "the-secret-token-of-this-test" });
  expect(error.message).toContain("bad url");
  expect(error.message).not.toContain("the-secret-token");
});

test.each([414, 431, 400])("HTTP %i to a long URL says that it is too long", async (code) => {
  await using server = await host(status(code));
  const error = await failure({ apiHost: server.apiHost, extraParams: { future: "x".repeat(6000) } });
  expect(error.message).toMatch(
    /The URL, of \d{4} characters, is too long\. Shorten extraParams, prompt or keytermsPrompt/,
  );
});

test("HTTP 400 to a short URL does not", async () => {
  await using server = await host(status(400, {}, "no"));
  expect((await failure({ apiHost: server.apiHost })).message).not.toContain("too long");
});

test.each([301, 302, 303, 307, 308])("a redirect with %i is not followed, and is a refusal", async (code) => {
  await using target = await host(status(200));
  await using server = await host(status(code, { location: target.apiHost.replace("ws", "http") }));
  const error = await failure({ apiHost: server.apiHost });
  expect(error).toMatchObject({ code: "handshake-rejected", status: code, retryable: false });
  expect(error.message).toContain("Redirects are not followed");
  expect(target.handshakes()).toBe(0);
});

test.each([502, 503, 504])("one HTTP %i at the first handshake is tried again", async (code) => {
  await using server = await host(status(code), status(404));
  await expect(failure({ apiHost: server.apiHost })).resolves.toMatchObject({ status: 404 });
  expect(server.handshakes()).toBe(2);
});

test("as often as maxConnectionRetries says", async () => {
  await using server = await host(status(502));
  await expect(failure({ apiHost: server.apiHost, maxConnectionRetries: 3 })).resolves.toMatchObject({ status: 502 });
  expect(server.handshakes()).toBe(4);
});

test.each([
  ["a message of more than a megabyte", "x".repeat(1024 * 1024 + 1), "sent a message of more than 1048576 bytes"],
  ["invalid UTF-8", Buffer.from([0xc3, 0x28]), "sent an invalid WebSocket message (text that is not UTF-8)"],
])("%s from the peer is named as such", async (_, data, words) => {
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  sockets.on("connection", (socket) => socket.on("error", () => {}).send(data, { binary: false }));
  await once(sockets, "listening");
  const address = sockets.address();
  const apiHost = `ws://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const error = await failure({ apiHost, maxConnectionRetries: 0 });
  expect(error).toMatchObject({ code: "server-error" });
  expect(error.message).toContain(words);
  sockets.close();
});
