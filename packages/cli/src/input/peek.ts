/** The first bytes of a stream, and a stream of all of it, these bytes included. */
export interface Peeked {
  readonly head: Uint8Array;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Reads until it has `length` bytes or the stream ends; `head` may be longer. Rejects if the stream fails. */
export async function peek(source: ReadableStream<Uint8Array<ArrayBuffer>>, length: number): Promise<Peeked> {
  const reader = source.getReader();
  const chunks: Uint8Array[] = [];
  let seen = 0;
  while (seen < length) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    seen += value.length;
  }
  const head = concatenated(chunks, seen);
  return { head, stream: startingWith(head, reader) };
}

function concatenated(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function startingWith(
  head: Uint8Array<ArrayBuffer>,
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let pending: Uint8Array<ArrayBuffer> | undefined = head.length > 0 ? head : undefined;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        if (pending !== undefined) {
          controller.enqueue(pending);
          pending = undefined;
          return;
        }
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
