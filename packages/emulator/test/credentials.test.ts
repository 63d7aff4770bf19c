import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { ManualClock, systemClock } from "../src/clock.ts";
import { type Emulator, startEmulator } from "../src/server.ts";
import type { EmulatorOptions } from "../src/settings.ts";
import { type Json, RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

async function askToken(
  emulator: Emulator,
  query: string,
  headers: Record<string, string> = { authorization: "right" },
) {
  const response = await fetch(`${emulator.url.replace(/^ws/, "http")}/v3/token?${query}`, { headers });
  const body: unknown = await response.json();
  return { status: response.status, body: body as Json };
}

/** How a session with these credentials begins: "Begin", or the refusal's text. */
async function attempt(emulator: Emulator, query: Record<string, string>, headers: Record<string, string>) {
  await using client = await RawClient.connect(emulator.url, { ...rate, ...query }, headers);
  await Promise.race([client.closed, client.until("Begin").catch(() => {})]);
  const [first] = client.messages;
  if (first?.type === "Begin") return "Begin";
  expect(await client.closed).toEqual({ code: 1_008, reason: "See Error message for details" });
  expect(first).toMatchObject({ type: "Error", error_code: 1_008 });
  return first?.error;
}

/** The HTTP status by which a session was refused. */
async function statusOf(refused: RawClient): Promise<unknown> {
  const status = await new Promise((resolve) =>
    refused.ws.on("unexpected-response", (_request, response) => resolve(response.statusCode)),
  );
  refused.ws.terminate();
  return status;
}

const invalid = "Unauthorized Connection: Invalid API key";

test("any key will do, but not none, nor a Bearer, nor a token of someone else's", async () => {
  await using emulator = await startEmulator();
  expect(await attempt(emulator, {}, { authorization: "anything" })).toBe("Begin");
  expect(await attempt(emulator, {}, {})).toBe("Unauthorized Connection: Missing Authorization header");
  expect(await attempt(emulator, {}, { authorization: "Bearer anything" })).toBe(invalid);
  expect(await attempt(emulator, { token: "unknown" }, {})).toBe(invalid);
});

test("apiKeys and tokens: only these", async () => {
  await using emulator = await startEmulator({ apiKeys: ["right"], tokens: ["fixed"] });
  expect(await attempt(emulator, {}, { authorization: "right" })).toBe("Begin");
  expect(await attempt(emulator, {}, { authorization: "wrong" })).toBe(invalid);
  expect(await attempt(emulator, { token: "fixed" }, {})).toBe("Begin");
  expect(await attempt(emulator, {}, { authorization: "fixed" })).toBe("Begin");
});

test("a minted token opens sessions by query and by header until it expires", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ apiKeys: ["right"], clock });
  const { status, body } = await askToken(emulator, "expires_in_seconds=60");
  expect([status, body.expires_in_seconds]).toEqual([200, 60]);
  const token = String(body.token);
  clock.advance(59_999);
  expect(await attempt(emulator, { token }, {})).toBe("Begin");
  expect(await attempt(emulator, {}, { authorization: token })).toBe("Begin");
  clock.advance(1);
  expect(await attempt(emulator, { token }, {})).toBe("Unauthorized Connection: Signature has expired");
});

test("one-time tokens open one session", async () => {
  await using emulator = await startEmulator({ oneTimeTokens: true });
  const token = String((await askToken(emulator, "expires_in_seconds=60")).body.token);
  expect(await attempt(emulator, { token }, {})).toBe("Begin");
  expect(await attempt(emulator, { token }, {})).toBe("Unauthorized Connection: Token has already been used");
});

test("a token may have thousands of characters", async () => {
  await using emulator = await startEmulator({ apiKeys: ["right"], tokenLength: 8_000 });
  const token = String((await askToken(emulator, "expires_in_seconds=60")).body.token);
  expect(token).toHaveLength(8_000);
  expect(await attempt(emulator, { token }, {})).toBe("Begin");
  expect(await attempt(emulator, {}, { authorization: token })).toBe("Begin");
  expect(await attempt(emulator, { token: token.slice(1) }, {})).toBe(invalid);
  await expect(startEmulator({ tokenLength: 20_000 })).rejects.toThrow("`tokenLength` is 20000");
});

test("refusal: http answers 401 before the upgrade", async () => {
  await using emulator = await startEmulator({ apiKeys: ["right"], refusal: "http", oneTimeTokens: true });
  expect(await statusOf(new RawClient(emulator.url, rate, { authorization: "wrong" }))).toBe(401);
  const token = String((await askToken(emulator, "expires_in_seconds=60")).body.token);
  expect(await attempt(emulator, { token }, {})).toBe("Begin");
  expect(await statusOf(new RawClient(emulator.url, { ...rate, token }, {}))).toBe(401);
});

test("refusal: http obeys the fault that refuses a token used before", async () => {
  await using emulator = await startEmulator({
    refusal: "http",
    tokens: ["fixed"],
    faults: [{ when: "open", do: "refuse-used-token", session: ({ index }) => index < 3 }],
  });
  const seen: string[] = [];
  void (async () => {
    for await (const event of emulator.events()) if (event.type === "fault") seen.push(String(event.fault));
  })();
  expect(await attempt(emulator, { token: "fixed" }, {})).toBe("Begin");
  expect(await statusOf(new RawClient(emulator.url, { ...rate, token: "fixed" }, {}))).toBe(401);
  expect(await attempt(emulator, {}, { authorization: "key" })).toBe("Begin");
  expect(await attempt(emulator, { token: "fixed" }, {})).toBe("Begin");
  expect(seen).toEqual(["refuse-used-token", "refuse-used-token", "refuse-used-token"]);
});

test.each<[string, string, EmulatorOptions, number, unknown]>([
  [
    "0 seconds, 422",
    "expires_in_seconds=0",
    {},
    422,
    {
      detail: [
        {
          type: "greater_than_equal",
          loc: ["query", "expires_in_seconds"],
          msg: "Input should be greater than or equal to 1",
          input: "0",
          ctx: { ge: 1 },
        },
      ],
    },
  ],
  [
    "0 seconds, 400",
    "expires_in_seconds=0",
    { tokenErrors: "error" },
    400,
    { error: "expires_in_seconds: Input should be greater than or equal to 1", code: "invalid_request" },
  ],
  [
    "none",
    "",
    {},
    422,
    { detail: [{ type: "missing", loc: ["query", "expires_in_seconds"], msg: "Field required", input: null }] },
  ],
  ["no number", "expires_in_seconds=soon", {}, 422, { detail: [expect.objectContaining({ type: "int_parsing" })] }],
  ["601", "expires_in_seconds=601", {}, 422, { detail: [expect.objectContaining({ ctx: { le: 600 } })] }],
  [
    "both wrong",
    "expires_in_seconds=601&max_session_duration_seconds=59",
    {},
    422,
    { detail: [expect.objectContaining({ ctx: { le: 600 } }), expect.objectContaining({ ctx: { ge: 60 } })] },
  ],
])("the token endpoint refuses %s", async (_name, query, options, status, body) => {
  await using emulator = await startEmulator(options);
  expect(await askToken(emulator, query)).toEqual({ status, body });
});

test("the token endpoint refuses a wrong key, other methods and other paths", async () => {
  await using emulator = await startEmulator({ apiKeys: ["right"] });
  expect((await askToken(emulator, "expires_in_seconds=60", { authorization: "wrong" })).status).toBe(401);
  expect((await askToken(emulator, "expires_in_seconds=60", { authorization: "" })).status).toBe(401);
  const base = emulator.url.replace(/^ws/, "http");
  expect((await fetch(`${base}/v3/token`, { method: "POST", body: "x" })).status).toBe(405);
  expect((await fetch(`${base}/v3/ws`)).status).toBe(426);
  expect((await fetch(`${base}/elsewhere`)).status).toBe(404);
});

test("the token endpoint takes a key raw or as a bearer, and answers 422 if there is none", async () => {
  await using emulator = await startEmulator({ apiKeys: ["right"] });
  const ask = (headers: Record<string, string>, query = "expires_in_seconds=60") => askToken(emulator, query, headers);
  for (const authorization of ["right", "Bearer right", "bearer right"])
    expect(await ask({ authorization })).toEqual({
      status: 200,
      body: { token: expect.stringMatching(/^[\w-]{2583}$/), expires_in_seconds: 60 },
    });
  expect((await ask({ authorization: "Bearer wrong" })).status).toBe(401);
  const missing = { type: "missing", loc: ["header", "authorization"], msg: "Field required", input: null };
  expect(await ask({})).toEqual({ status: 422, body: { detail: [missing] } });
  expect(await ask({}, "")).toEqual({
    status: 422,
    body: {
      detail: [{ type: "missing", loc: ["query", "expires_in_seconds"], msg: "Field required", input: null }, missing],
    },
  });
});

test("the retired v2 endpoint is gone, and other paths have no sessions", async () => {
  await using emulator = await startEmulator();
  for (const [path, status] of [
    ["/v2/realtime/ws", 410],
    ["/v4/ws", 404],
  ] as const) {
    const socket = new WebSocket(emulator.url + path);
    const answer = new Promise((resolve) =>
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode)),
    );
    socket.on("error", () => {});
    expect(await answer).toBe(status);
    socket.terminate();
  }
});

test("requests for tokens fail on demand", async () => {
  await using emulator = await startEmulator({
    faults: [{ when: "token", do: { refuse: 429, headers: { "retry-after": "2" } }, times: 1 }],
  });
  const url = `${emulator.url.replace(/^ws/, "http")}/v3/token?expires_in_seconds=60`;
  const first = await fetch(url, { headers: { authorization: "k" } });
  expect([first.status, first.headers.get("retry-after")]).toEqual([429, "2"]);
  expect((await fetch(url, { headers: { authorization: "k" } })).status).toBe(200);
});

test("what throws while a request is answered is its 500, and nothing else's", async () => {
  let broken = true;
  const now = () => {
    if (broken) throw new Error("no time");
    return systemClock.now();
  };
  const unreadable = {
    toJSON() {
      if (broken) throw new Error("no JSON");
      return {};
    },
  };
  broken = false;
  await using emulator = await startEmulator({
    clock: { ...systemClock, now },
    faults: [{ when: "begin", do: { send: unreadable } }],
  });
  const ask = (path: string) =>
    fetch(emulator.url.replace("ws", "http") + path, { headers: { authorization: "key" } }).then(
      ({ status }) => status,
    );
  const paths = ["/v3/token?expires_in_seconds=60", "/faults/token:delay=1/v3/token?expires_in_seconds=60"];
  for (const path of [...paths, "/emulator/faults"]) {
    broken = true;
    expect(await ask(path)).toBe(500);
    broken = false;
    expect(await ask(path)).toBe(200);
  }
});
