/** The bytes of a body, or undefined once it exceeds `limit` bytes: the rest is then cancelled, not read. */
export async function readLimited(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/**
 * A request whose body is known to hold at most `limit` bytes, or undefined where it exceeds them. A body that is
 * declared too long is not read at all.
 */
export async function limitRequest(request: Request, limit: number): Promise<Request | undefined> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limit) return undefined;
  if (request.body === null || declared === "0") return request;
  const bytes = await readLimited(request.body, limit);
  if (bytes === undefined) return undefined;
  // Rebuilt from its parts: the request of a bridge is not always one that `new Request` accepts as a whole.
  const { url, method, headers, signal } = request;
  return new Request(url, { method, headers: [...headers], body: bytes, signal });
}
