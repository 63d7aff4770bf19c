/**
 * Reads a body to its end, to `limit` bytes, or until `signal` aborts, and cancels the rest.
 *
 * @returns the bytes, and whether they are complete.
 */
export async function readLimited(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean }> {
  if (body === null) return { bytes: new Uint8Array(), whole: true };
  const bytes = new Uint8Array(limit);
  let size = 0;
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return { bytes: bytes.subarray(0, size), whole: !signal.aborted };
      const room = limit - size;
      bytes.set(value.subarray(0, room), size);
      size += Math.min(room, value.byteLength);
      if (value.byteLength > room) break;
    }
    return { bytes: bytes.subarray(0, size), whole: false };
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}
