import type { Bytes } from "@voxpipe/audio";

/** A stream that pulls a generator. Cancelling it gives up the source first, which a generator that waits for it cannot. */
export function toReadable(chunks: AsyncGenerator<Bytes, void>, cancelSource: () => void): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        cancelSource();
        chunks.return().catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}
