import type { TranscriptEvent } from "@voxpipe/transcript";
import { type SubscribeOptions, Subscription } from "./subscription.ts";

export type { SubscribeOptions, SubscriptionState } from "./subscription.ts";

/**
 * The events of a room, from a relay's `handler`: first what was said before, then what comes. It reconnects by itself and
 * continues where it was, so that no event comes twice and no final turn is missing. It reads from the network only when it is
 * read itself: a page that is slow gets fewer partials. An event `Missed` says that the beginning is no longer held.
 *
 * The stream ends with `signal`, or when the server answers 204. It fails with a `RelayError` if the server refuses (400,
 * 401, 403, 404, 405, 410), or if what answers is not a relay. Cancelling it closes the connection.
 *
 * @example
 * ```ts
 * const transcript = createTranscript();
 * transcript.subscribe(() => render(transcript.snapshot));
 * await subscribe("/captions?room=lecture-1").pipeTo(transcript.writable);
 * ```
 */
export function subscribe(url: string | URL, options: SubscribeOptions = {}): ReadableStream<TranscriptEvent> {
  const subscription = new Subscription(url, options);
  const stream = new ReadableStream<TranscriptEvent>(
    {
      async pull(controller) {
        const event = await subscription.next();
        if (event) controller.enqueue(event);
        else controller.close();
      },
      cancel: () => subscription.close(),
    },
    { highWaterMark: 0 },
  );
  return iterable(stream);
}

/** `for await` also works in WebKit, of which the streams cannot be iterated. */
function iterable<T>(stream: ReadableStream<T>): ReadableStream<T> {
  if (Symbol.asyncIterator in stream) return stream;
  return Object.defineProperty(stream, Symbol.asyncIterator, { value: () => iterate(stream) });
}

async function* iterate<T>(stream: ReadableStream<T>): AsyncGenerator<T, void> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}
