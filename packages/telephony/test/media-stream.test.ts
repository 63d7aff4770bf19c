import { once } from "node:events";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import {
  type EmitterSocket,
  handlerSocket,
  type MediaStream,
  mediaStream,
  type ProviderName,
  type SocketLike,
} from "../src/index.ts";
import { all, calls, chunkOf, collect, join, type ProviderCall } from "./calls.ts";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
await once(server, "listening");
afterAll(() => server.close());

/** A provider's end of a real socket, and the stream at ours. */
async function connected(provider: ProviderName, as: (socket: WebSocket) => SocketLike = (socket) => socket) {
  const { port } = server.address() as AddressInfo;
  const opened = once(server, "connection");
  const peer = new WebSocket(`ws://127.0.0.1:${port}`);
  const [socket]: WebSocket[] = await opened;
  if (socket === undefined) throw new Error("no socket");
  const stream = mediaStream(as(socket), provider);
  await once(peer, "open");
  return { peer, stream };
}

/** Only what an EventEmitter has. */
function asEmitter(socket: WebSocket): SocketLike {
  const emitter: EmitterSocket = socket;
  return {
    on: (event, listener) => emitter.on(event, listener),
    off: (event, listener) => emitter.off(event, listener),
    close: (code, reason) => emitter.close(code, reason),
  };
}

function hangUp(call: ProviderCall, peer: WebSocket): void {
  if (call.stop) peer.send(call.stop());
  else peer.close(1_000);
}

const silenceOf = (call: ProviderCall) => (call.encoding === "mulaw" ? 0xff : 0);

describe.each(calls)("a call of $name", (call) => {
  test.each([
    ["an EventTarget", (socket: WebSocket): SocketLike => socket],
    ["an EventEmitter", asEmitter],
  ])("gives every track to the byte, over %s", async (_name, as) => {
    const { peer, stream } = await connected(call.name, as);
    for (const message of call.start()) peer.send(message);
    for (let index = 0; index < 100; index++)
      for (const track of call.tracks) peer.send(call.media(track, index, chunkOf(call, track, index)));
    hangUp(call, peer);
    const { format, tracks, parameters } = await stream.started;
    expect(format).toEqual({ encoding: call.encoding, sampleRate: call.sampleRate, channels: 1 });
    expect(tracks).toEqual(call.tracks);
    expect(parameters).toMatchObject({ secret: "example" });
    for (const track of ["inbound", "outbound"] as const) {
      const wanted = call.tracks.includes(track)
        ? join(Array.from({ length: 100 }, (_, index) => chunkOf(call, track, index)))
        : new Uint8Array(0);
      expect(await collect(stream.tracks[track])).toEqual(wanted);
    }
    expect(await stream.closed).toMatchObject({ reason: call.stop ? "stop" : "closed", stats: { rejected: 0 } });
  });

  test("reports keys and marks, in order", async () => {
    const { peer, stream } = await connected(call.name);
    for (const message of call.start()) peer.send(message);
    for (const digit of "12*#") peer.send(call.dtmf(digit));
    if (call.mark) peer.send(call.mark("greeting"));
    hangUp(call, peer);
    expect((await all(stream.dtmf)).map(({ digit }) => digit).join("")).toBe("12*#");
    expect(await all(stream.marks)).toEqual(call.mark ? [{ name: "greeting" }] : []);
  });

  test("survives any message of a stranger: nothing throws, everything settles, the socket is closed", async () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 200 }),
      fc.json(),
      fc.constantFrom("null", "[]", "{}", '{"event":null}', '{"event":"start","start":null}', '{"event":"media"}'),
      fc
        .record({ event: fc.constantFrom("start", "media", "dtmf", "mark", "stop", "error"), media: fc.anything() })
        .map((message) => JSON.stringify(message) ?? ""),
      fc.constant("x".repeat(200_000)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { maxLength: 40 }), fc.boolean(), async (messages, begun) => {
        const { socket, ...handlers } = handlerSocket();
        let closed = 0;
        const peer = { close: () => void closed++ };
        handlers.onOpen({}, peer);
        const stream = mediaStream(socket, call.name);
        if (begun) for (const data of call.start()) handlers.onMessage({ data }, peer);
        for (const data of messages) handlers.onMessage({ data }, peer);
        handlers.onClose({ code: 1_006 });
        const settled = await Promise.allSettled([stream.started, stream.closed]);
        if (begun) expect(settled[0]?.status).toBe("fulfilled");
        if (settled[1]?.status === "rejected") expect(closed).toBe(1);
        await Promise.all([collect(stream.tracks.inbound), collect(stream.tracks.outbound), all(stream.dtmf)]);
      }),
      { numRuns: 60 },
    );
  });
});

const timed = calls.filter(({ name }) => name !== "vonage");

describe.each(timed)("gaps and disorder in a call of $name", (call) => {
  test("lost chunks are silence in the call's own encoding, chunks in disorder are in order, doubles are left out", async () => {
    const { peer, stream } = await connected(call.name);
    for (const message of call.start()) peer.send(message);
    const send = (index: number) => peer.send(call.media("inbound", index, chunkOf(call, "inbound", index)));
    for (const index of [0, 1, 3, 2, 2, 4, 9, 8, 20, 21]) send(index);
    for (let index = 22; index < 40; index++) send(index);
    hangUp(call, peer);
    const present = new Set([0, 1, 2, 3, 4, 8, 9, ...Array.from({ length: 20 }, (_, index) => 20 + index)]);
    const silent = new Uint8Array(chunkOf(call, "inbound", 0).length).fill(silenceOf(call));
    const wanted = join(
      Array.from({ length: 40 }, (_, index) => (present.has(index) ? chunkOf(call, "inbound", index) : silent)),
    );
    expect(await collect(stream.tracks.inbound)).toEqual(wanted);
    const { stats } = await stream.closed;
    expect(stats.tracks.inbound).toMatchObject({ receivedMs: 28 * 20, filledMs: 13 * 20, droppedMs: 0, lateChunks: 1 });
  });
});

/** A stream whose messages the test passes in. */
function fed(provider: ProviderName) {
  const { socket, ...handlers } = handlerSocket();
  const closes: (number | undefined)[] = [];
  const peer = { close: (code?: number) => void closes.push(code) };
  handlers.onOpen({}, peer);
  const stream: MediaStream = mediaStream(socket, provider);
  const send = (...messages: readonly (string | Uint8Array)[]) => {
    for (const data of messages) handlers.onMessage({ data }, peer);
  };
  return { stream, send, closes, handlers };
}

const twilio = calls[0];
if (twilio === undefined) throw new Error("no call");

describe("limits", () => {
  test("audio that nobody reads is bounded: beyond 60 s silence takes its place, and the clock continues", async () => {
    const { stream, send } = fed("twilio");
    send(...twilio.start());
    for (let index = 0; index < 4_000; index++) send(twilio.media("inbound", index, chunkOf(twilio, "inbound", index)));
    expect(stream.stats().tracks.inbound).toMatchObject({ receivedMs: 80_000, droppedMs: 20_000 });
    stream.close();
    const audio = await collect(stream.tracks.inbound);
    expect(audio).toHaveLength(80_000 * 8);
    expect(audio.subarray(60_000 * 8).every((byte) => byte === 0xff)).toBe(true);
    expect(audio.subarray(0, 60_000 * 8).every((byte) => byte !== 0xff)).toBe(true);
  });

  test("a gap of a year is silence of a minute", async () => {
    const { stream, send } = fed("twilio");
    const media = (timestamp: number, chunk: number) =>
      JSON.stringify({ event: "media", media: { track: "inbound", timestamp, chunk, payload: "AQID" } });
    send(...twilio.start(), media(0, 1), media(365 * 86_400_000, 2));
    stream.close();
    expect(await collect(stream.tracks.inbound)).toHaveLength(6 + 60_000 * 8);
  });

  test("the 101st message that is not the provider's fails the stream, and closes the socket with 1008", async () => {
    const { stream, send, closes } = fed("twilio");
    send(...twilio.start(), twilio.media("inbound", 0, chunkOf(twilio, "inbound", 0)));
    for (let count = 0; count < 100; count++) send("nonsense");
    expect(stream.stats()).toMatchObject({ rejected: 100, lastRejection: expect.stringContaining("JSON") });
    expect(closes).toEqual([]);
    send("nonsense");
    await expect(stream.closed).rejects.toMatchObject({ code: "invalid-messages" });
    expect(closes).toEqual([1_008]);
    expect(await collect(stream.tracks.inbound)).toEqual(chunkOf(twilio, "inbound", 0));
  });

  test.each([
    ["another provider's start", calls[1]?.start() ?? [], "invalid-start"],
    [
      "an encoding without a stream",
      [(calls[1]?.start()[1]?.toString() ?? "").replace("PCMU", "OPUS")],
      "unsupported-encoding",
    ],
  ])("%s fails at once, with what to do", async (name, messages, code) => {
    const { stream, send, closes } = fed(name.startsWith("another") ? "twilio" : "telnyx");
    send(...messages);
    await expect(stream.started).rejects.toMatchObject({ code, message: expect.stringMatching(/Check|Ask/) });
    await expect(stream.closed).rejects.toMatchObject({ code });
    expect(closes).toEqual([1_008]);
  });

  test("a socket that closes before the start ends everything", async () => {
    const { stream, handlers } = fed("plivo");
    handlers.onClose({ code: 1_006 });
    await expect(stream.started).rejects.toMatchObject({ code: "no-start" });
    expect(await stream.closed).toMatchObject({ reason: "closed", code: 1_006 });
    expect(await collect(stream.tracks.inbound)).toHaveLength(0);
  });

  test("a socket of handlers whose runtime has Blobs, as workerd's, is set to bytes; a Blob that comes is counted", () => {
    const { socket, ...handlers } = handlerSocket();
    const stream = mediaStream(socket, "vonage");
    const raw = { binaryType: "blob" };
    const peer = { close() {}, raw };
    handlers.onMessage({ data: new Blob(["early"]) }, peer);
    expect(raw.binaryType).toBe("arraybuffer");
    expect(stream.stats()).toMatchObject({ rejected: 1, lastRejection: expect.stringMatching(/Blob.*binaryType/) });
    handlers.onClose();
  });

  test("a provider that is not known and a socket that is none are refused", () => {
    const { socket } = handlerSocket();
    const unknown = (name: string) => () => Reflect.apply(mediaStream, undefined, [socket, name]);
    expect(unknown("constructor")).toThrow(expect.objectContaining({ code: "invalid-options" }));
    expect(() => Reflect.apply(mediaStream, undefined, [{}, "twilio"])).toThrow(/handlerSocket/);
  });
});
