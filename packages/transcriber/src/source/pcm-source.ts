import { type Level, measureLevel } from "@voxpipe/audio";
import { MicrophoneError } from "@voxpipe/microphone";
import type { Capture, Source } from "./source.ts";

type Pcm = ReadableStream<Uint8Array>;

const taken = new WeakSet<Pcm>();

/**
 * A stream of PCM. What was read during a pause is the first that is given after it.
 *
 * @param since when it was given: what it holds by the first opening has waited since then
 */
export function pcmSource(stream: Pcm, since: number | undefined): Source {
  checkPcm(stream);
  taken.add(stream);
  const reader = stream.getReader();
  let next: ReturnType<typeof reader.read> | undefined;
  const read = () => {
    next ??= reader.read();
    return next;
  };
  return {
    async open({ muted = false }) {
      const begun = since;
      since = undefined;
      return capture(muted, read, () => (next = undefined), begun);
    },
    release: () => void reader.cancel().catch(() => {}),
  };
}

/** @throws MicrophoneError `invalid-options` */
export function checkPcm(stream: Pcm): void {
  if (taken.has(stream) || stream.locked)
    throw new MicrophoneError(
      "invalid-options",
      "Invalid source: the ReadableStream is read elsewhere, or was read by an earlier start. Give a function that returns a new one.",
    );
}

/** The level of s16le. Not by the audio package's decoder: that would bring all encodings into the page. */
function levelOf({ buffer, length }: Uint8Array<ArrayBuffer>): Level {
  const view = new DataView(buffer);
  return measureLevel(Float32Array.from({ length: length >> 1 }, (_, i) => view.getInt16(2 * i, true) / 32_768));
}

/** One opening of it. `take` is called when what was read has been given. */
function capture(
  muted: boolean,
  read: () => Promise<ReadableStreamReadResult<Uint8Array>>,
  take: () => void,
  since: number | undefined,
): Capture {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  let last = new Uint8Array();
  const readable = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (own) => {
        controller = own;
      },
      async pull() {
        const { done, value } = await read().catch(fail);
        if (!controller) return;
        if (done) return end();
        take();
        last = muted ? new Uint8Array(value.byteLength) : new Uint8Array(value);
        controller.enqueue(last);
      },
      cancel: () => {
        controller = undefined;
      },
    },
    { highWaterMark: 0 },
  );
  const end = () => {
    controller?.close();
    controller = undefined;
  };
  /** The rejection errors the readable. */
  const fail = (error: unknown) => {
    controller = undefined;
    throw error;
  };
  const mute = (value: boolean) => {
    muted = value;
  };
  return {
    readable,
    since,
    get level() {
      return levelOf(muted ? new Uint8Array() : last);
    },
    device: { deviceId: "", label: "" },
    get state() {
      return controller ? "live" : "stopped";
    },
    droppedMs: 0,
    mute: () => mute(true),
    unmute: () => mute(false),
    async setDevice() {
      throw new MicrophoneError(
        "invalid-options",
        "A stream of PCM has no device to change. Stop it, and start again.",
      );
    },
    stop: async () => end(),
    addEventListener() {},
  };
}
