import type { TranscriptEvent } from "@voxpipe/transcript";

/** Events to publish: those of a session, or anything that yields events. */
export type EventSource = ReadableStream<TranscriptEvent> | AsyncIterable<TranscriptEvent>;

/** One way to read both kinds. */
export interface SourceReader {
  /** Undefined at the end. */
  read(): Promise<TranscriptEvent | undefined>;
  /** Wants no more. Does not wait for what the source does then, and does nothing at its end. */
  cancel(reason: unknown): void;
}

export function readSource(source: EventSource): SourceReader {
  return "getReader" in source ? readStream(source) : readIterable(source);
}

function readStream(stream: ReadableStream<TranscriptEvent>): SourceReader {
  const reader = stream.getReader();
  return {
    read: async () => (await reader.read()).value,
    cancel(reason) {
      reader.cancel(reason).catch(() => {});
      reader.releaseLock();
    },
  };
}

function readIterable(source: AsyncIterable<TranscriptEvent>): SourceReader {
  const iterator = source[Symbol.asyncIterator]();
  return {
    async read() {
      const { done, value } = await iterator.next();
      return done ? undefined : value;
    },
    cancel: () => void iterator.return?.().catch(() => {}),
  };
}
