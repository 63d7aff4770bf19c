import { connect, type StreamingSession } from "voxpipe";
import { sampleRate } from "../inputs/audio.ts";
import type { Connection, Turn, Variant } from "./variant.ts";

/** Written to, 50 ms at a time, with `writer.ready` awaited before each write. */
export const ours: Variant = {
  async open(url, onTurn) {
    const session = await open(url, onTurn);
    const writer = session.audio.getWriter();
    return connection(session, async (frame) => {
      await writer.ready;
      void writer.write(frame);
    });
  },
};

/** Fed by a `ReadableStream` through `pipeTo`. */
export const oursPiped: Variant = {
  async open(url, onTurn) {
    const session = await open(url, onTurn);
    let source: ReadableStreamDefaultController<Uint8Array> | undefined;
    const audio = new ReadableStream<Uint8Array>({
      start: (controller) => {
        source = controller;
      },
    });
    audio.pipeTo(session.audio).catch(() => {});
    return connection(session, (frame) => {
      source?.enqueue(frame);
      return undefined;
    });
  },
};

async function open(url: string, onTurn: (turn: Turn) => void): Promise<StreamingSession> {
  // The pacer runs, but no measurement streams so fast that it would hold audio back.
  const session = connect({ apiKey: "bench", apiHost: url, sampleRate, pace: { rate: 10_000 } });
  void read(session, onTurn);
  await session.opened;
  return session;
}

async function read(session: StreamingSession, onTurn: (turn: Turn) => void): Promise<void> {
  for await (const event of session.events) if (event.type === "Turn") onTurn(event);
}

function connection(session: StreamingSession, send: Connection["send"]): Connection {
  return {
    send,
    bufferedAmount: undefined,
    get lost() {
      return session.state === "closed";
    },
    close: () => session.close().then(() => {}),
  };
}
