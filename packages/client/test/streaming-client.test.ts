import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { StreamingClient } from "voxpipe";
import { clientServer, frame } from "./client-server.ts";
import { watchRejections } from "./observed-session.ts";
import { outcomeOf, turn, until } from "./settles.ts";

const rejections = watchRejections();
afterAll(async () => {
  await turn();
  rejections.stop();
  expect(rejections.seen).toEqual([]);
});

const frames = (count: number) => Array<Uint8Array>(count).fill(frame);
const join = (chunks: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(chunks));

describe("connecting", () => {
  test("URL and headers with key", async () => {
    await using it = await clientServer();
    await it.client.connect({ minTurnSilence: 0 + 50, formatTurns: false, keytermsPrompt: ["Byrne"] });
    const { url, headers, query } = it.emulator.sessions[0]?.handshake ?? {};
    expect(url).toMatch(/^\/v3\/ws\?/);
    expect(headers).toMatchObject({ authorization: "example", "assemblyai-version": "2025-05-12" });
    expect(Object.fromEntries(query ?? [])).toEqual({
      sample_rate: "16000",
      min_turn_silence: "50",
      format_turns: "false",
      keyterms_prompt: '["Byrne"]',
    });
  });

  test("URL and headers with token", async () => {
    await using it = await clientServer({ tokens: ["temporary"] }, { apiKey: undefined, token: "temporary" });
    await it.client.connect();
    const { query, headers } = it.emulator.sessions[0]?.handshake ?? {};
    expect(query?.get("token")).toBe("temporary");
    expect(headers).not.toHaveProperty("authorization");
  });

  test("connect resolves with Begin, and params win over the constructor's options", async () => {
    await using it = await clientServer();
    const begin = await it.client.connect({ sampleRate: 8000 });
    expect(begin).toMatchObject({ type: "Begin", id: it.emulator.sessions[0]?.id });
    expect(it.emulator.sessions[0]?.handshake.query.get("sample_rate")).toBe("8000");
  });

  test("rejected handshake: connect rejects, Error fires once, and no retry of a rejected handshake", async () => {
    await using it = await clientServer({ faults: [{ when: "connect", do: { refuse: 500 } }] });
    await expect(it.client.connect()).rejects.toMatchObject({ code: "handshake-rejected", status: 500 });
    expect(it.errors).toMatchObject([{ code: "handshake-rejected", status: 500 }]);
    expect(it.emulator.sessions).toHaveLength(1);
  });

  test("retry then success", async () => {
    await using it = await clientServer({ faults: [{ when: "connect", do: "reset", times: 2 }] });
    await it.client.connect();
    expect(it.emulator.sessions).toHaveLength(3);
    expect(it.errors).toEqual([]);
  });

  test("retries exhausted", async () => {
    await using it = await clientServer({ faults: [{ when: "connect", do: "reset" }] });
    await expect(it.client.connect()).rejects.toMatchObject({ code: "connection-failed" });
    expect(it.emulator.sessions).toHaveLength(3);
    expect(it.errors.map((error) => error.code)).toEqual(["connection-failed"]);
  });

  test("timeout then retry", async () => {
    await using it = await clientServer(
      { faults: [{ when: "open", do: "hang", session: 0 }] },
      { connectTimeout: 1000 },
    );
    await it.client.connect();
    expect(it.emulator.sessions).toHaveLength(2);
  });

  test("a second connect rejects", async () => {
    await using it = await clientServer();
    const first = it.client.connect();
    await expect(it.client.connect()).rejects.toMatchObject({ code: "wrong-state" });
    await first;
    await expect(it.client.connect()).rejects.toMatchObject({ code: "wrong-state" });
    expect(it.emulator.sessions).toHaveLength(1);
    expect(it.errors).toEqual([]);
  });

  test("a second connect rejects, also after a failed one", async () => {
    await using it = await clientServer({ faults: [{ when: "connect", do: { refuse: 401 } }] });
    await expect(it.client.connect()).rejects.toMatchObject({ code: "unauthorized" });
    await expect(it.client.connect()).rejects.toMatchObject({ code: "wrong-state" });
  });

  test("options that cannot be sent reject, fire Error once, and a second connect rejects", async () => {
    await using it = await clientServer();
    await expect(it.client.connect({ sampleRate: 1 })).rejects.toMatchObject({ code: "invalid-options" });
    expect(it.errors.map((error) => error.code)).toEqual(["invalid-options"]);
    await expect(it.client.connect()).rejects.toMatchObject({ code: "wrong-state" });
  });
});

describe("streaming", () => {
  const pieces = [frame.subarray(0, 700), frame.subarray(700), ...frames(3)];
  async function* asynchronously() {
    for (const piece of pieces) {
      await Promise.resolve();
      yield piece;
    }
  }
  test.each([
    ["bytes", () => join(pieces)],
    ["an ArrayBuffer", () => join(pieces).buffer],
    ["an iterable", () => pieces],
    ["a generator", () => pieces.values()],
    ["an async iterable", asynchronously],
    ["a ReadableStream", () => new Response(join(pieces)).body ?? []],
  ])("takes %s", async (_, data) => {
    await using it = await clientServer();
    await it.client.connect();
    await it.client.stream(data());
    await it.client.disconnect({ terminate: true });
    expect(it.emulator.sessions[0]?.recordedAudio()).toEqual(join(pieces));
  });

  test("floating-point samples are refused with the way to convert them, and none of them is sent", async () => {
    await using it = await clientServer();
    await it.client.connect();
    const samples = new Float32Array(1600);
    await expect(Reflect.apply(it.client.stream, it.client, [samples])).rejects.toMatchObject({
      code: "invalid-audio",
      message: expect.stringContaining("encodePcm16() of @voxpipe/audio"),
    });
    await it.client.disconnect({ terminate: true });
    expect(it.emulator.sessions[0]?.recordedAudio()).toHaveLength(0);
  });

  test("refuses what is no audio", async () => {
    await using it = await clientServer();
    await it.client.connect();
    for (const wrong of [7, null, {}])
      await expect(Reflect.apply(it.client.stream, it.client, [wrong])).rejects.toMatchObject({
        code: "invalid-audio",
      });
  });

  test("UpdateConfiguration with agent_context, language_codes, an empty list, session_heartbeat", async () => {
    await using it = await clientServer();
    await it.client.connect({ speechModel: "universal-3-5-pro" });
    await it.client.setParams({ agentContext: "Which port?" });
    await it.client.setParams({ languageCodes: ["en", "de"] });
    await it.client.setParams({ keytermsPrompt: [] });
    await it.client.setParams({ sessionHeartbeat: false });
    await it.client.forceEndpoint();
    await it.client.keepAlive();
    await it.client.disconnect({ terminate: true });
    expect(it.emulator.sessions[0]?.received).toEqual([
      { type: "UpdateConfiguration", agent_context: "Which port?" },
      { type: "UpdateConfiguration", language_codes: ["en", "de"] },
      { type: "UpdateConfiguration", keyterms_prompt: [] },
      { type: "UpdateConfiguration", session_heartbeat: false },
      { type: "ForceEndpoint" },
      { type: "KeepAlive" },
      { type: "Terminate" },
    ]);
  });

  test("stream, setParams, forceEndpoint, keepAlive before connect reject", async () => {
    await using it = await clientServer();
    const { client } = it;
    const calls = [client.stream(frame), client.setParams({}), client.forceEndpoint(), client.keepAlive()];
    const results = await Promise.allSettled(calls);
    expect(results.map((result) => result.status === "rejected" && outcomeOf(result.reason))).toEqual(
      Array(4).fill("wrong-state"),
    );
  });

  test.each(["terminated", "dropped"])(
    "after the end stream rejects, and the other calls do nothing (%s)",
    async (how) => {
      await using it = await clientServer({ faults: [{ when: "terminate", do: "no-termination", session: 1 }] });
      await it.client.connect();
      if (how === "terminated") await it.client.disconnect({ terminate: true });
      else {
        it.emulator.misbehave(0, "drop");
        await until("the error", () => it.errors.length > 0);
      }
      const received = it.emulator.sessions[0]?.messages.length;
      for (const late of [frame, frames(3), frames(3).values(), new Blob([frame]).stream()])
        await expect(it.client.stream(late)).rejects.toMatchObject({ code: "session-ended" });
      await it.client.setParams({ prompt: "late" });
      await it.client.forceEndpoint();
      await it.client.keepAlive();
      expect(it.emulator.sessions[0]?.messages).toHaveLength(received ?? 0);
      expect(it.emulator.sessions).toHaveLength(1);
    },
  );
});

describe("handlers", () => {
  test("plain and async handlers mixed, awaited in order", async () => {
    await using it = await clientServer();
    const order: string[] = [];
    it.client.on("Begin", async () => {
      await turn();
      order.push("slow");
    });
    it.client.on("Begin", (client, event) => order.push(`plain ${client === it.client} ${event.type}`));
    it.client.on("Termination", () => order.push("Termination"));
    await it.client.connect();
    await it.client.disconnect({ terminate: true });
    expect(order).toEqual(["slow", "plain true Begin", "Termination"]);
  });

  test("a throwing handler is reported and ends nothing", async () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => reported.mockRestore());
    await using it = await clientServer();
    const after: string[] = [];
    it.client.on("Begin", () => {
      throw new Error("plain");
    });
    it.client.on("Begin", () => Promise.reject(new Error("async")));
    it.client.on("Begin", () => after.push("the next one"));
    await it.client.connect();
    await it.client.stream(frames(14));
    await it.client.disconnect({ terminate: true });
    expect(after).toEqual(["the next one"]);
    expect(it.events.at(-1)?.type).toBe("Termination");
    expect(it.errors).toEqual([]);
    expect(reported.mock.calls.map(([, error]) => String(error))).toEqual(["Error: plain", "Error: async"]);
  });

  test("a name that is no event is refused", () => {
    expect(() => Reflect.apply(new StreamingClient().on, new StreamingClient(), ["turn", () => {}])).toThrow(
      "is not an event",
    );
  });
});

describe("failures", () => {
  test("Error then close fires once", async () => {
    await using it = await clientServer({ faults: [{ when: "begin", do: { error: 3006, text: "Invalid 'prompt'" } }] });
    await it.client.connect();
    await it.emulator.sessions[0]?.ended;
    await it.client.disconnect({ terminate: true });
    expect(it.errors).toMatchObject([{ code: "invalid-message", closeCode: 3006 }]);
  });

  test("Error without close tears down", async () => {
    await using it = await clientServer({
      faults: [{ when: "begin", do: { error: 3005, typed: false, close: false } }],
    });
    await it.client.connect();
    await it.emulator.sessions[0]?.ended;
    await it.client.disconnect({ terminate: true });
    expect(it.errors).toMatchObject([{ code: "server-error", closeCode: 3005 }]);
  });

  test("close 1000 is silent", async () => {
    await using it = await clientServer({ faults: [{ when: "begin", do: { close: 1000 } }] });
    await it.client.connect();
    await it.emulator.sessions[0]?.ended;
    await it.client.disconnect({ terminate: true });
    expect(it.errors).toEqual([]);
  });

  test("a lost connection reaches on(Error) once, behind the events that came before it", async () => {
    await using it = await clientServer({ faults: [{ when: "partial", do: "drop" }] });
    const order: string[] = [];
    it.client.on("Turn", () => order.push("Turn"));
    it.client.on("Error", (_, error) => order.push(error.code));
    await it.client.connect();
    await it.client.stream(frames(14));
    await it.client.disconnect({ terminate: true });
    expect(order).toEqual(["Turn", "connection-lost"]);
    expect(it.emulator.sessions).toHaveLength(1);
  });

  test("reconnect: true lets the session find a new connection instead", async () => {
    await using it = await clientServer({ faults: [{ when: "partial", do: "drop", session: 0 }] }, { reconnect: true });
    await it.client.connect();
    await it.client.stream(frames(14));
    await it.client.disconnect({ terminate: true });
    expect(it.errors).toEqual([]);
    expect(it.events.filter((event) => event.type === "Turn" && event.end_of_turn)).toMatchObject([
      { transcript: "harbor point" },
    ]);
  });
});

describe("createTemporaryToken", () => {
  test("mints a token that connects", async () => {
    await using it = await clientServer({ oneTimeTokens: true });
    const token = await it.client.createTemporaryToken({ expiresInSeconds: 60 });
    const browser = new StreamingClient({ apiHost: it.emulator.url, token, sampleRate: 16_000 });
    await browser.connect();
    await browser.disconnect();
  });

  test("expires 0 reaches the token server", async () => {
    await using emulator = await startEmulator();
    const client = new StreamingClient({ apiHost: emulator.url, apiKey: "example" });
    await expect(client.createTemporaryToken({ expiresInSeconds: 0 })).rejects.toMatchObject({ status: 422 });
  });
});
