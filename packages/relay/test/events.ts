import type { TranscriptEvent } from "@voxpipe/transcript";

interface TurnDetails {
  readonly formatted?: boolean;
  /** In ms of the session's audio; each word takes 300 ms. */
  readonly start?: number;
}

export function partial(order: number, text: string, details: TurnDetails = {}): TranscriptEvent {
  return turn(order, text, false, details);
}

export function final(order: number, text: string, details: TurnDetails = {}): TranscriptEvent {
  return turn(order, text, true, { formatted: true, ...details });
}

function turn(order: number, text: string, isFinal: boolean, { formatted = false, start = 0 }: TurnDetails) {
  const words = text.split(" ").map((word, i) => ({
    text: word,
    start: start + 300 * i,
    end: start + 300 * i + 250,
    confidence: 0.9,
    word_is_final: isFinal,
  }));
  return {
    type: "Turn",
    turn_order: order,
    turn_is_formatted: formatted,
    end_of_turn: isFinal,
    transcript: text,
    words,
  };
}

/** As a session sends it: with what is nobody else's business. */
export const begin = {
  type: "Begin",
  id: "session-id-that-stays-here",
  configuration: { prompt: "words that stay here" },
} as const;

/** Events that a test sends when it likes. */
export function script(): {
  readonly events: ReadableStream<TranscriptEvent>;
  send(...events: TranscriptEvent[]): void;
  end(): void;
  fail(error: unknown): void;
  readonly cancelled: Promise<unknown>;
} {
  let controller: ReadableStreamDefaultController<TranscriptEvent> | undefined;
  let cancel: (reason: unknown) => void = () => {};
  const cancelled = new Promise<unknown>((resolve) => {
    cancel = resolve;
  });
  const events = new ReadableStream<TranscriptEvent>({
    start(own) {
      controller = own;
    },
    cancel(reason) {
      // What is said afterwards reaches nobody: a superseded publisher may find that out by itself.
      controller = undefined;
      cancel(reason);
    },
  });
  return {
    events,
    send: (...all) => {
      for (const event of all) controller?.enqueue(event);
    },
    end: () => controller?.close(),
    fail: (error) => controller?.error(error),
    cancelled,
  };
}

/** All at once. */
export function eventsOf(...events: readonly TranscriptEvent[]): ReadableStream<TranscriptEvent> {
  const { events: stream, send, end } = script();
  send(...events);
  end();
  return stream;
}
