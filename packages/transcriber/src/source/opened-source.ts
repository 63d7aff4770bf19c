import { type Microphone, MicrophoneError } from "@voxpipe/microphone";
import type { Capture, Handed, Source } from "./source.ts";

type Opened = Microphone & Pick<Capture, "problem">;
type Result = ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;

/** One that is open already, such as a shared tab. A pause keeps it open, and what it gives meanwhile is not heard. */
export function openedSource(own: Opened, handed: Pick<Handed, "since" | "droppedMs">): Source {
  checkOpened(own);
  const reader = own.readable.getReader();
  let next: Promise<Result> | undefined;
  const read = () => {
    next ??= reader.read();
    return next;
  };
  const take = () => {
    next = undefined;
  };
  let openings = 0;
  let released = false;

  /** Takes what comes, until it is opened again. The present read is left to that. */
  const discard = async () => {
    const opening = openings;
    for (;;) {
      const { done } = await read();
      if (done || opening !== openings) return;
      take();
    }
  };

  const open = (): Capture => {
    const opening = ++openings;
    const isFirst = opening === 1;
    // What it drops while code or another source is waited for is missed, too.
    const dropped = isFirst ? (handed.droppedMs ?? 0) : own.droppedMs;
    let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
    let stopping: Promise<void> | undefined;
    const readable = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: (given) => {
          controller = given;
        },
        async pull() {
          const result = await read();
          // What is read after a stop is given by that.
          if (!stopping) give(result);
        },
        cancel: () => {
          controller = undefined;
          return finish();
        },
      },
      { highWaterMark: 0 },
    );
    const give = ({ done, value }: Result) => {
      if (done) {
        controller?.close();
        controller = undefined;
      } else {
        take();
        controller?.enqueue(value);
      }
    };
    /** Gives what waits: to read it takes no other task. If it is released, all until the end. */
    const drain = async () => {
      const later = new Promise<undefined>((resolve) => setTimeout(resolve));
      while (controller) {
        const result = await (released ? read() : Promise.race([read(), later]));
        if (result) give(result);
        else if (!released) break;
      }
      controller?.close();
      controller = undefined;
      if (!released && opening === openings) void discard().catch(() => {});
    };
    const finish = () => {
      stopping ??= drain().catch((error) => {
        controller?.error(error);
        controller = undefined;
      });
      return stopping;
    };
    return {
      readable,
      since: isFirst ? handed.since : undefined,
      get level() {
        return own.level;
      },
      get device() {
        return own.device;
      },
      get state() {
        return stopping ? "stopped" : own.state;
      },
      get droppedMs() {
        return own.droppedMs - dropped;
      },
      get problem() {
        return own.problem;
      },
      mute: () => own.mute(),
      unmute: () => own.unmute(),
      setDevice: (deviceId) => own.setDevice(deviceId),
      stop: finish,
      addEventListener(type, listener) {
        own.addEventListener(type, listener);
        if (type === "statechange") own.addEventListener("problem", listener);
      },
    };
  };

  return {
    open: async ({ muted = false }) => {
      if (muted) own.mute();
      return open();
    },
    release() {
      released = true;
      void own.stop();
    },
  };
}

/** @throws MicrophoneError `invalid-options` */
export function checkOpened({ readable }: Opened): void {
  if (readable.locked)
    throw new MicrophoneError(
      "invalid-options",
      "Invalid source: its readable is read elsewhere. Give a function that opens a new one.",
    );
}
