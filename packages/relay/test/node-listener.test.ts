import { once } from "node:events";
import { connect } from "node:net";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { expect, it } from "vitest";
import { createRelay, type RelayHandler } from "../src/index.ts";
import { begin, eventsOf, final } from "./events.ts";
import { read } from "./reading.ts";
import { serve } from "./serve.ts";

/** What a handler is asked. */
async function asked(lines: string, body = ""): Promise<Request> {
  let request: Request | undefined;
  const handler: RelayHandler = async (given) => {
    request = given;
    return new Response("ok");
  };
  await using server = await serve(handler);
  const socket = connect(server.port, "127.0.0.1");
  socket.end(`${lines}\r\nConnection: close\r\n\r\n${body}`);
  await once(socket.resume(), "close");
  if (!request) throw new Error("Nobody was asked.");
  return request;
}

it("a request's address, method and headers come through as they are", async () => {
  const request = await asked("GET /a%2Fb?room=x%26y HTTP/1.1\r\nHost: captions.example:8080\r\nX-Two: 1\r\nX-Two: 2");
  expect(request.url).toBe("http://captions.example:8080/a%2Fb?room=x%26y");
  expect(request.headers.get("x-two")).toBe("1, 2");
});

it.each(["//evil.example/x", "/\\evil.example", "http://evil.example/x"])(
  "the path %s names no other host",
  async (path) => {
    const request = await asked(`GET ${path} HTTP/1.1\r\nHost: captions.example`);
    expect(new URL(request.url).host).toBe("captions.example");
  },
);

it("an answer without a body ends, and a body that is sent does not block the connection", async () => {
  await using server = await serve(async () => new Response(null, { status: 204 }));
  for (let i = 0; i < 3; i++) {
    const response = await fetch(server.url, { method: "POST", body: "x".repeat(100_000) });
    expect(response.status).toBe(204);
  }
});

it("a handler that throws, or a stream that fails, ends the connection", async () => {
  const failing: readonly RelayHandler[] = [
    async () => {
      throw new Error("It failed.");
    },
    async () => new Response(new ReadableStream({ pull: (stream) => stream.error(new Error("It failed.")) })),
  ];
  for (const handler of failing) {
    await using server = await serve(handler);
    await expect(fetch(server.url).then((response) => response.text())).rejects.toThrow();
  }
});

it("other bridges do as well, for readers who read", async () => {
  await using relay = createRelay();
  await using server = await serve(relay.handler({ authorize: () => true }), createRequestListener);
  await relay.publish("talk", eventsOf(begin, final(0, "Hello.")));
  const reading = await read(`${server.url}?room=talk`);
  await reading.hears("Hello.");
  reading.leave();
  await expect.poll(() => relay.stats().readers).toBe(0);
});
