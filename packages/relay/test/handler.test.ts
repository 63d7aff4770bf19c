import { describe, expect, it } from "vitest";
import { createRelay, type HandlerOptions, type RelayError, type RelayOptions } from "../src/index.ts";
import { begin, eventsOf, final, partial, script } from "./events.ts";
import { finalsOf, read, texts } from "./reading.ts";
import { serve } from "./serve.ts";

const site = "https://captions.example/read";

async function setUp(handlerOptions: Partial<HandlerOptions> = {}, relayOptions: RelayOptions = {}) {
  const errors: RelayError[] = [];
  const relay = createRelay({ onError: (error) => errors.push(error), ...relayOptions });
  const handler = relay.handler({ authorize: () => true, ...handlerOptions });
  await relay.publish("talk", eventsOf(begin, final(0, "Hello.")));
  return { relay, handler, errors, [Symbol.asyncDispose]: () => relay.close() };
}

function ask(headers: Record<string, string> = {}, { room = "talk", method = "GET" } = {}): Request {
  return new Request(`${site}?${new URLSearchParams({ room })}`, { method, headers });
}

async function errorOf(response: Response): Promise<{ status: number; code: string }> {
  const body: { error: { code: string } } = await response.json();
  return { status: response.status, code: body.error.code };
}

describe("a response", () => {
  it("is an event stream that nothing between may store, compress or hold back", async () => {
    await using kit = await setUp();
    const { status, headers, body } = await kit.handler(ask());
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toEqual({
      "cache-control": "no-store, no-transform",
      "content-type": "text/event-stream; charset=utf-8",
      vary: "Origin",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff",
    });
    await body?.cancel();
    expect(kit.relay.stats().readers).toBe(0);
  });

  it("begins with how long to wait before reconnecting, not the same for all", async () => {
    await using kit = await setUp();
    await using server = await serve(kit.handler);
    const readings = await Promise.all(Array.from({ length: 8 }, () => read(`${server.url}?room=talk`)));
    for (const { hears } of readings) await hears("Hello.");
    const retries = readings.map((reading) => reading.retries[0] ?? 0);
    for (const ms of retries) {
      expect(ms).toBeGreaterThanOrEqual(1000);
      expect(ms).toBeLessThanOrEqual(4000);
    }
    expect(new Set(retries).size).toBeGreaterThan(1);
  });

  it("has heartbeats while nothing is said", async () => {
    await using kit = await setUp({}, { heartbeat: 30 });
    await using server = await serve(kit.handler);
    const reading = await read(`${server.url}?room=silent`);
    await expect.poll(() => reading.comments.length).toBeGreaterThan(2);
    expect(reading.messages).toEqual([]);
  });

  it("to HEAD has headers alone, and counts as no reader", async () => {
    await using kit = await setUp();
    const response = await kit.handler(ask({}, { method: "HEAD" }));
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.body).toBeNull();
    expect(kit.relay.stats().readers).toBe(0);
  });

  it("ends its reader when the visitor leaves, by the request's signal or by the stream", async () => {
    await using kit = await setUp();
    const leaving = new AbortController();
    await kit.handler(new Request(`${site}?room=talk`, { signal: leaving.signal }));
    const other = await kit.handler(ask());
    expect(kit.relay.stats()).toMatchObject({ readers: 2, rooms: 1 });
    leaving.abort();
    await other.body?.cancel();
    expect(kit.relay.stats()).toMatchObject({ readers: 0, rooms: 0 });
  });
});

describe("who may read", () => {
  it("nobody whom authorize refuses: false, null, undefined and an empty text are 401", async () => {
    for (const verdict of [false, null, undefined, ""]) {
      await using kit = await setUp({ authorize: () => verdict });
      expect(await errorOf(await kit.handler(ask()))).toEqual({ status: 401, code: "unauthorized" });
      expect(kit.relay.stats().readers).toBe(0);
    }
  });

  it("authorize decides by room", async () => {
    await using kit = await setUp({ authorize: (_, room) => room === "talk" && "ada" });
    expect((await kit.handler(ask())).status).toBe(200);
    expect((await kit.handler(ask({}, { room: "board meeting" }))).status).toBe(401);
  });

  it("authorize may give, or throw, a response of its own, which nothing may store", async () => {
    const login = () => new Response(null, { status: 302, headers: { Location: "/login", "Cache-Control": "public" } });
    const throws = () => {
      throw login();
    };
    for (const authorize of [login, throws]) {
      await using kit = await setUp({ authorize });
      const response = await kit.handler(ask());
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toBe("/login");
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("if authorize throws, returns nonsense or never answers, nobody is let in, and onError hears why", async () => {
    const cases = [
      [() => Promise.reject(new Error("the database is away")), 500, "authorize-failed"],
      [() => 42, 500, "authorize-failed"],
      [() => ({ id: "" }), 500, "authorize-failed"],
      [() => new Promise(() => {}), 504, "authorize-timeout"],
    ] as const;
    for (const [authorize, status, code] of cases) {
      // @ts-expect-error Some of these are what only JavaScript can return.
      await using kit = await setUp({ authorize, authorizeTimeout: 20 });
      expect((await kit.handler(ask())).status).toBe(status);
      expect(kit.errors.map((error) => error.code)).toEqual([code]);
    }
  });

  it("a page of another origin is refused unless it is listed, exactly", async () => {
    await using kit = await setUp({ allowedOrigins: ["https://app.example"] });
    const status = async (headers: Record<string, string>) => (await kit.handler(ask(headers))).status;
    expect(await status({ origin: "https://app.example", "sec-fetch-site": "cross-site" })).toBe(200);
    expect(await status({ origin: "https://captions.example" })).toBe(200);
    expect(await status({ "sec-fetch-site": "same-origin" })).toBe(200);
    for (const origin of ["https://app.example.evil.example", "http://app.example", "https://app.example:8443", "null"])
      expect(await status({ origin })).toBe(403);
    // An <img> or an EventSource without CORS sends no origin.
    expect(await status({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status({ "sec-fetch-site": "same-site" })).toBe(403);
  });

  it("a listed page may read the response; any other gets no header that lets it", async () => {
    await using kit = await setUp({ allowedOrigins: ["https://app.example"] });
    const origin = "https://app.example";
    const listed = await kit.handler(ask({ origin }));
    expect(listed.headers.get("access-control-allow-origin")).toBe(origin);
    expect(listed.headers.get("vary")).toBe("Origin");
    const preflight = await kit.handler(ask({ origin }, { method: "OPTIONS" }));
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Last-Event-ID");
    const foreign = await kit.handler(ask({ origin: "https://evil.example" }));
    expect([...foreign.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("other methods are refused, and so is a room that has no name or too long a one", async () => {
    await using kit = await setUp();
    expect(await errorOf(await kit.handler(ask({}, { method: "POST" })))).toEqual({
      status: 405,
      code: "method-not-allowed",
    });
    for (const room of ["", "x".repeat(257)])
      expect(await errorOf(await kit.handler(ask({}, { room })))).toEqual({ status: 400, code: "invalid-room" });
    expect((await kit.handler(new Request(site))).status).toBe(400);
  });

  it("the room may be anywhere in the request", async () => {
    await using kit = await setUp({ room: (request) => new URL(request.url).pathname.split("/").at(-1) });
    await using server = await serve(kit.handler);
    const reading = await read(server.url.replace("/captions", "/rooms/talk"));
    await reading.hears("Hello.");
  });
});

describe("limits", () => {
  it("an identity may read so often at once, in all rooms; others and anybody are not counted with it", async () => {
    await using kit = await setUp(
      { authorize: ({ headers }) => headers.get("x-user") ?? true },
      { limits: { readersPerIdentity: 2 } },
    );
    const ada = () => kit.handler(ask({ "x-user": "ada" }));
    const first = await ada();
    await kit.handler(ask({ "x-user": "ada" }, { room: "other" }));
    const third = await ada();
    expect(await errorOf(third)).toEqual({ status: 429, code: "too-many-readers" });
    expect(third.headers.get("retry-after")).toBe("5");
    expect((await kit.handler(ask({ "x-user": "bob" }))).status).toBe(200);
    for (let i = 0; i < 5; i++) expect((await kit.handler(ask())).status).toBe(200);
    await first.body?.cancel();
    expect((await ada()).status).toBe(200);
  });

  it("a room, and the process, hold a limited number of readers and rooms", async () => {
    await using kit = await setUp({}, { limits: { readersPerRoom: 2, readers: 3, rooms: 2 } });
    const status = async (room: string) => (await kit.handler(ask({}, { room }))).status;
    expect([await status("a"), await status("a"), await status("a")]).toEqual([200, 200, 503]);
    expect(await status("b")).toBe(200);
    expect(await status("b")).toBe(503);
    await using rooms = await setUp({}, { limits: { rooms: 2 } });
    const inRoom = async (room: string) => (await rooms.handler(ask({}, { room }))).status;
    expect([await inRoom("a"), await inRoom("b"), await inRoom("c"), await inRoom("a")]).toEqual([200, 200, 503, 200]);
  });

  it("a process publishes to a limited number of rooms", async () => {
    await using kit = await setUp({}, { limits: { rooms: 1 } });
    const speaker = script();
    const published = kit.relay.publish("one", speaker.events);
    await expect(kit.relay.publish("two", eventsOf())).rejects.toMatchObject({ code: "too-many-rooms" });
    speaker.end();
    await published;
    await kit.relay.publish("two", eventsOf());
  });

  it("a reader that lags gets fewer partials, and every final", async () => {
    await using kit = await setUp();
    const { body } = await kit.handler(ask({}, { room: "lag" }));
    const reader = body?.getReader();
    if (!reader) throw new Error("There is no body.");
    const turns = Array.from({ length: 50 }, (_, i) => i);
    const events = turns.flatMap((i) => [...turns.map((n) => partial(i, `word ${n}`)), final(i, `Turn ${i}.`)]);
    await kit.relay.publish(
      "lag",
      eventsOf(begin, ...events, partial(50, "and so on"), partial(50, "and so on and on")),
    );
    const messages = await readMessages(reader, 52);
    expect(finalsOf(messages)).toEqual(turns.map((i) => `Turn ${i}.`));
    expect(messages.map(({ transcript, type }) => transcript ?? type)).toEqual([
      "Begin",
      ...turns.map((i) => `Turn ${i}.`),
      "and so on and on",
    ]);
  });

  it("a reader gets a limited number of bytes at a time, or one event", async () => {
    await using kit = await setUp({}, { chunkBytes: 2000 });
    await kit.relay.publish("bytes", eventsOf(begin, ...Array.from({ length: 40 }, (_, i) => final(i, `Turn ${i}.`))));
    const { body } = await kit.handler(ask({}, { room: "bytes" }));
    const reader = body?.getReader();
    const sizes: number[] = [];
    for (let bytes = 0; bytes < 10_000; ) {
      const { value } = (await reader?.read()) ?? {};
      sizes.push(value?.length ?? 0);
      bytes += value?.length ?? 0;
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2200);
  });

  it("a reader that takes nothing is disconnected after stallTimeout, whether something was said or not", async () => {
    await using kit = await setUp({}, { stallTimeout: 50, heartbeat: 20 });
    const { body } = await kit.handler(ask());
    const reads = await kit.handler(ask());
    const reader = reads.body?.getReader();
    await expect.poll(() => kit.relay.stats().readers, { interval: 5 }).toBe(2);
    const reading = (async () => {
      for (let i = 0; i < 20; i++) await reader?.read();
    })();
    await expect.poll(() => kit.relay.stats().readers, { interval: 5 }).toBe(1);
    await expect(body?.getReader().read()).rejects.toMatchObject({ code: "reader-stalled" });
    await reading;
    await reader?.cancel();
    expect(kit.relay.stats().readers).toBe(0);
  });
});

it("a connection ends after maxConnectionAge, also of a reader that takes nothing; who reads continues in another", async () => {
  await using kit = await setUp({}, { maxConnectionAge: 200, heartbeat: 20 });
  await using server = await serve(kit.handler);
  const silent = await kit.handler(ask());
  const reading = await read(`${server.url}?room=talk`);
  await reading.hears("Hello.");
  expect(await reading.ended).toBe("closed");
  await expect.poll(() => kit.relay.stats().readers).toBe(0);
  await expect(silent.body?.getReader().read()).rejects.toMatchObject({ code: "reader-stalled" });
  await kit.relay.publish("talk", eventsOf(begin, final(0, "Goodbye.")));
  const id = reading.messages.at(-1)?.id ?? "";
  const next = await read(`${server.url}?room=talk`, { headers: { "Last-Event-ID": id } });
  await expect.poll(() => texts(next.messages)).toEqual(["Begin", "Goodbye."]);
});

describe("a forged Last-Event-ID", () => {
  it.each([
    "nonsense",
    "-",
    "1-2-3",
    "9999999999999999999999-1",
    "1e99-0",
    "99999999999999-1",
    "$",
    "0-0 INJECTED",
    "../other",
  ])("%s is none: the reader gets the room from its beginning", async (id) => {
    await using kit = await setUp();
    await using server = await serve(kit.handler);
    const reading = await read(`${server.url}?room=talk`, { headers: { "Last-Event-ID": id } });
    await reading.hears("Hello.");
    expect(texts(reading.messages)).toEqual(["Begin", "Hello."]);
  });

  it("an id of another room moves the reader in the room that it may read, and shows nothing of the other", async () => {
    await using kit = await setUp();
    await using server = await serve(kit.handler);
    await kit.relay.publish("secret", eventsOf(begin, final(0, "Nobody may read this.")));
    const secret = await read(`${server.url}?room=secret`);
    await secret.hears("Nobody may read this.");
    // An id is a time and a number: the last one is not before what the other room got in the same millisecond.
    const id = secret.messages.at(-1)?.id ?? "";
    const reading = await read(`${server.url}?room=talk`, { headers: { "Last-Event-ID": id } });
    await kit.relay.publish("talk", eventsOf(begin, final(0, "Goodbye.")));
    await reading.hears("Goodbye.");
    expect(JSON.stringify(reading.messages)).not.toContain("Nobody");
  });
});

async function readMessages(reader: ReadableStreamDefaultReader<Uint8Array>, count: number) {
  const decoder = new TextDecoder();
  let text = "";
  const messages = () => [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, data = ""]) => JSON.parse(data));
  while (messages().length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return messages();
}
