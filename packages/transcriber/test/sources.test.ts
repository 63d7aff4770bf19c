import { expect, test } from "vitest";
import { createTranscriber } from "../src/index.ts";
import { startKit, tone } from "./kit.ts";

/** Mono s16le in chunks of 20 ms, as fast as they are read; `onCancel` is called when nobody wants more. */
function pcm(seconds: number, onCancel = () => {}): ReadableStream<Uint8Array> {
  const bytes = new Uint8Array(tone(seconds).buffer);
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + 640));
        at += 640;
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  );
}

test("a stream of PCM is transcribed to its end, which is the end", async () => {
  await using kit = await startKit({ source: pcm(3) }, { record: true });
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot.device).toBeUndefined();
  const { transcript } = await kit.until(({ status }) => status === "idle");
  expect(transcript.text).toMatch(/^one two three/);
  expect(kit.emulator.sessions[0]?.recordedAudio()).toEqual(new Uint8Array(tone(3).buffer));
  expect(kit.fake.opened).toEqual([]);
  expect(kit.statuses).toEqual(["idle", "starting", "listening", "finishing", "idle"]);
});

test("a stream of PCM can be started once: a second start says so", async () => {
  await using kit = await startKit({ source: pcm(1) });
  await kit.transcriber.start();
  await kit.transcriber.stop();
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot).toMatchObject({
    status: "failed",
    error: { code: "invalid-options", message: expect.stringContaining("Give a function that returns a new one") },
  });
});

test("a function gives a new source at each start, or none for the microphone", async () => {
  const sources = [pcm(1), undefined, pcm(1)];
  await using kit = await startKit({ source: async () => sources.shift() });
  for (const opened of [0, 1, 1]) {
    await kit.transcriber.start();
    expect(kit.fake.opened).toHaveLength(opened);
    await kit.transcriber.stop();
  }
});

test("a stop cancels the stream; a pause keeps it, and not a chunk of it is missing after the resume", async () => {
  let cancelled = 0;
  await using kit = await startKit({ source: pcm(4, () => cancelled++) }, { record: true });
  const { transcriber, emulator, until } = kit;
  await transcriber.start();
  await until(({ transcript }) => transcript.text !== "");
  await transcriber.pause();
  expect(cancelled).toBe(0);
  await transcriber.resume();
  await until(({ status }) => status === "idle");
  const heard = emulator.sessions.flatMap((session) => [...session.recordedAudio()]);
  // The last message of a session is padded with silence.
  const whole = heard.filter((byte, i) => byte !== 0 || i % 2 === 1);
  const said = [...new Uint8Array(tone(4).buffer)].filter((byte, i) => byte !== 0 || i % 2 === 1);
  expect(whole.length).toBeGreaterThanOrEqual(said.length);
  expect(emulator.sessions).toHaveLength(2);

  await using other = await startKit({ source: pcm(9, () => cancelled++) });
  await other.transcriber.start();
  await other.transcriber.stop();
  await expect.poll(() => cancelled).toBe(1);
});

test("a stream that fails: what it gave before is transcribed, and its error is said", async () => {
  let fail = (_error: Error) => {};
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(tone(2).buffer));
      fail = (error) => controller.error(error);
    },
  });
  await using kit = await startKit({ source });
  await kit.transcriber.start();
  await kit.until(({ transcript }) => transcript.text !== "");
  fail(new Error("The disk is gone."));
  const { error, transcript } = await kit.until(({ status }) => status === "failed");
  expect(error).toMatchObject({ code: "source-failed", message: "The disk is gone." });
  expect(transcript.turns.length).toBeGreaterThan(0);
});

test("a function that fails fails the start, in its own words", async () => {
  await using kit = await startKit({
    source() {
      throw new Error("The visitor shared no tab.");
    },
  });
  await kit.transcriber.start();
  expect(kit.transcriber.snapshot.error).toMatchObject({
    code: "source-failed",
    message: "The visitor shared no tab.",
  });
});

test("what comes from a function after a stop is let go: a stream is cancelled, tracks are stopped", async () => {
  const late: ((source: ReadableStream<Uint8Array> | MediaStream) => void)[] = [];
  await using kit = await startKit({ source: () => new Promise((resolve) => late.push(resolve)) });
  let cancelled = 0;
  let stopped = 0;
  for (let run = 0; run < 2; run++) {
    void kit.transcriber.start();
    await kit.transcriber.stop();
  }
  late[0]?.(pcm(1, () => cancelled++));
  late[1]?.(stream(() => stopped++));
  await expect.poll(() => [cancelled, stopped]).toEqual([1, 1]);
  expect(kit.fake.opened).toEqual([]);
});

function stream(onStop: () => void): MediaStream {
  const tracks = [{ stop: onStop, readyState: "live" }];
  return Object.assign(new EventTarget(), {
    getTracks: () => tracks,
    getAudioTracks: () => tracks,
  }) as unknown as MediaStream;
}

test("a MediaStream of yours is opened and stays yours; one of the function's is stopped at the end", async () => {
  let stopped = 0;
  const given = stream(() => stopped++);
  const asked: unknown[] = [];
  const { fake } = await startKit();
  const microphones = {
    ...fake,
    openMicrophone: (options: Parameters<typeof fake.openMicrophone>[0]) => {
      asked.push(options?.stream);
      return fake.openMicrophone(options);
    },
  };
  await using own = await startKit({ source: given, microphones, microphone: { deviceId: "fake-2" } });
  await own.transcriber.start();
  await own.transcriber.stop();
  expect([asked, stopped]).toEqual([[given], 0]);
  await using made = await startKit({ source: () => given, microphones });
  await made.transcriber.start();
  await made.transcriber.pause();
  expect(stopped).toBe(0);
  await made.transcriber.resume();
  await made.transcriber.stop();
  expect([asked.length, stopped]).toEqual([3, 1]);
});

test.each([["text"], [42], [{}], [new Uint8Array(2)]])(
  "a source that is %o is refused at once, with what would do",
  (source) => {
    expect(() => createTranscriber({ token: "example", source: source as unknown as MediaStream })).toThrow(
      expect.objectContaining({
        code: "invalid-options",
        message: expect.stringMatching(/^Invalid source of type .*give a MediaStream/),
      }),
    );
  },
);

test("mute sends silence instead of PCM, too, and a device cannot be chosen for it", async () => {
  await using kit = await startKit({ source: pcm(30) }, { record: true });
  const { transcriber, emulator } = kit;
  transcriber.mute();
  await transcriber.start();
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs ?? 0).toBeGreaterThan(500);
  expect(emulator.sessions[0]?.recordedAudio().every((byte) => byte === 0)).toBe(true);
  await transcriber.setDevice("fake-1");
  expect(transcriber.snapshot).toMatchObject({
    status: "listening",
    deviceId: undefined,
    error: { code: "invalid-options" },
  });
});
