import { afterAll, describe, expect, test } from "vitest";
import { clientServer, frame } from "./client-server.ts";
import { watchRejections } from "./observed-session.ts";
import { outcomeOf, settles, until } from "./settles.ts";

const rejections = watchRejections();
afterAll(() => {
  rejections.stop();
  expect(rejections.seen).toEqual([]);
});

/** `count` frames of 50 ms that differ, so that their order shows. */
const numbered = (count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => new Uint8Array(frame.length).fill(from + i));
const join = (chunks: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(chunks));

/** Both are large, and `toEqual` slow. */
const expectAudio = (heard: Uint8Array | undefined, given: readonly Uint8Array[]) =>
  expect(Buffer.from(heard ?? []).equals(join(given)), `${heard?.length} of ${join(given).length} bytes`).toBe(true);

const warnings = () => {
  const seen: string[] = [];
  return { seen, onWarning: (message: string) => seen.push(message) };
};

describe("what was given to stream() before disconnect({ terminate: true }) is sent, awaited or not", () => {
  // 1.5 s: more than `audio` holds.
  const audio = numbered(30);
  async function* microtasks() {
    for (const chunk of audio) yield chunk;
  }
  async function* macrotasks() {
    for (const chunk of audio) {
      await new Promise((resolve) => setImmediate(resolve));
      yield chunk;
    }
  }
  const shapes: readonly (readonly [string, () => Parameters<typeof join>[0] | never[] | object])[] = [
    ["bytes", () => join(audio)],
    ["an array", () => audio],
    ["a set", () => new Set(audio)],
    ["a generator", () => audio.values()],
    ["an async generator", microtasks],
    ["an async generator that waits a little", macrotasks],
    ["a ReadableStream", () => new Blob(audio).stream()],
    ["the body of a Response", () => new Response(join(audio)).body ?? []],
  ];

  test.each(shapes)("%s", async (_, shape) => {
    const { onWarning, seen } = warnings();
    await using it = await clientServer({}, { onWarning });
    await it.client.connect();
    const given = Reflect.apply(it.client.stream, it.client, [shape()]);
    await it.client.disconnect({ terminate: true });
    expect(await settles("stream", given)).toBe("resolved");
    expectAudio(it.emulator.sessions[0]?.recordedAudio(), audio);
    expect([seen, it.errors]).toEqual([[], []]);
  });

  test.each([0, 1])("also if the last of it has no bytes (%i calls before it have some)", async (calls) => {
    await using it = await clientServer();
    const connecting = it.client.connect();
    const streams = [...numbered(calls), new Uint8Array(), new Uint8Array()].map((bytes) => it.client.stream(bytes));
    await settles("disconnect", it.client.disconnect({ terminate: true }));
    await Promise.all(streams);
    await connecting.catch(() => {});
  });

  test("while it is still connecting", async () => {
    await using it = await clientServer({ faults: [{ when: "open", do: { delay: 100 } }] });
    const calls = [it.client.connect(), it.client.stream(join(audio)), it.client.stream(microtasks())];
    await it.client.disconnect({ terminate: true });
    expect(await Promise.all(calls.map((call) => settles("call", call)))).toEqual(Array(3).fill("resolved"));
    expectAudio(it.emulator.sessions[0]?.recordedAudio(), [...audio, ...audio]);
  });

  test("while it is reconnecting, also what a generator has left", async () => {
    await using it = await clientServer(
      { faults: [{ when: "connect", do: "reset", session: 1 }] },
      { reconnect: true, connectionRetryDelay: 50 },
    );
    await it.client.connect();
    const lost = new Promise((resolve) => it.client.on("Reconnecting", resolve));
    it.emulator.misbehave(0, "reset");
    await lost;
    const calls = [it.client.stream(audio), it.client.stream(audio.values()), it.client.stream(join(audio))];
    await it.client.disconnect({ terminate: true });
    expect(await Promise.all(calls.map((call) => settles("call", call)))).toEqual(Array(3).fill("resolved"));
    expectAudio(it.emulator.sessions.at(-1)?.recordedAudio(), [...audio, ...audio, ...audio]);
    expect(it.errors).toEqual([]);
  });

  test("calls that were not awaited keep their order, for any kinds of source", async () => {
    await using it = await clientServer();
    await it.client.connect();
    const parts = Array.from({ length: 6 }, (_, i) => numbered(30, 1 + i * 30));
    for (const [i, part] of parts.entries()) {
      const shape = [join(part), part, part.values(), new Blob(part).stream()][i % 4] ?? [];
      void it.client.stream(shape);
    }
    await it.client.disconnect({ terminate: true });
    expectAudio(it.emulator.sessions[0]?.recordedAudio(), parts.flat());
  });

  test("a forced endpoint stays behind the audio that was given before it", async () => {
    await using it = await clientServer();
    await it.client.connect();
    void it.client.stream(audio);
    void it.client.forceEndpoint();
    void it.client.stream(frame);
    await it.client.disconnect({ terminate: true });
    const messages = it.emulator.sessions[0]?.messages.filter(({ direction }) => direction === "in") ?? [];
    const before = messages.slice(
      0,
      messages.findIndex(({ kind }) => kind !== "audio"),
    );
    expect(before).toHaveLength(audio.length);
  });

  test("by disposal too", async () => {
    await using it = await clientServer();
    await it.client.connect();
    void it.client.stream(join(audio));
    await it.client[Symbol.asyncDispose]();
    expectAudio(it.emulator.sessions[0]?.recordedAudio(), audio);
  });
});

describe("what is not sent rejects", () => {
  test("what is given after disconnect, with session-ended and one warning", async () => {
    const { onWarning, seen } = warnings();
    await using it = await clientServer({}, { onWarning });
    await it.client.connect();
    const before = it.client.stream(frame);
    const ending = it.client.disconnect({ terminate: true });
    const after = [it.client.stream(frame), it.client.stream(numbered(2).values()), it.client.stream([])];
    await ending;
    after.push(it.client.stream(frame));
    expect(await settles("before", before)).toBe("resolved");
    expect(await Promise.all(after.map((call) => settles("after", call)))).toEqual(Array(4).fill("session-ended"));
    expectAudio(it.emulator.sessions[0]?.recordedAudio(), [frame]);
    expect(seen).toEqual([expect.stringContaining("stream() was called after disconnect()")]);
  });

  test("a source that has nothing ready is cut off, released and rejects; its audio so far is sent, and the audio of later calls", async () => {
    const { onWarning, seen } = warnings();
    await using it = await clientServer({}, { onWarning });
    await it.client.connect();
    let cancelled = 0;
    const live = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(frame),
      cancel: () => {
        cancelled++;
      },
    });
    const streaming = it.client.stream(live);
    const behind = it.client.stream(numbered(3));
    await until("the first frame", () => (it.emulator.sessions[0]?.audio.messages ?? 0) > 0);
    await it.client.disconnect({ terminate: true });
    expect(await settles("stream", streaming)).toBe("session-ended");
    expect(await settles("behind", behind)).toBe("resolved");
    expectAudio(it.emulator.sessions[0]?.recordedAudio(), [frame, ...numbered(3)]);
    expect(cancelled).toBe(1);
    expect(seen).toEqual([expect.stringContaining("disconnect() did not wait for a source")]);
  });

  test("after disconnect without terminate, all that was not taken", async () => {
    await using it = await clientServer({ faults: [{ when: "open", do: "hang" }] }, { onWarning() {} });
    void it.client.connect();
    const calls = [it.client.stream(frame), it.client.stream(numbered(2)), it.client.stream(numbered(9).values())];
    await it.client.disconnect();
    expect(await Promise.all(calls.map((call) => settles("call", call)))).toEqual(Array(3).fill("session-ended"));
  });

  test("what could not be sent since the session failed, with the failure as cause, and what is given later", async () => {
    await using it = await clientServer({ faults: [{ when: "begin", do: "stall" }] });
    await it.client.connect();
    const waiting = [
      it.client.stream(new Uint8Array(8_000_000)),
      it.client.stream(numbered(2).values()),
      it.client.stream(frame),
    ];
    it.emulator.misbehave(0, "reset");
    for (const call of waiting)
      await expect(call).rejects.toMatchObject({ code: "session-ended", cause: { code: "connection-lost" } });
    await expect(it.client.stream(frame)).rejects.toMatchObject({ code: "session-ended" });
    expect(it.errors.map(outcomeOf)).toEqual(["connection-lost"]);
  });

  test("a source that throws rejects with its error, and the session continues", async () => {
    await using it = await clientServer();
    await it.client.connect();
    function* broken() {
      yield frame;
      throw new RangeError("no more tape");
    }
    await expect(it.client.stream(broken())).rejects.toThrow("no more tape");
    const failing = new ReadableStream({ start: (controller) => controller.error(new RangeError("unplugged")) });
    await expect(it.client.stream(failing)).rejects.toThrow("unplugged");
    await it.client.stream(frame);
    await it.client.disconnect({ terminate: true });
    expectAudio(it.emulator.sessions[0]?.recordedAudio(), [frame, frame]);
    expect(it.errors).toEqual([]);
  });

  test("what is not bytes is refused by name, in any shape, before the session sees it", async () => {
    await using it = await clientServer();
    await it.client.connect();
    const locked = new ReadableStream();
    locked.getReader();
    for (const wrong of ["speech.wav", 7, null, {}, [1, 2, 3], [frame, "text"], new Set(["text"]), locked])
      await expect(Reflect.apply(it.client.stream, it.client, [wrong])).rejects.toMatchObject({
        code: "invalid-audio",
      });
    await it.client.stream(frame);
    await it.client.disconnect({ terminate: true });
    expect(it.errors).toEqual([]);
  });
});
