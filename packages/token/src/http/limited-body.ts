/**
 * The bytes of a body, or undefined if it exceeds `limit` bytes. The rest is then cancelled, not read. When `signal` aborts,
 * the body is cancelled too.
 */
export async function readLimited(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  try {
    signal.throwIfAborted();
    return await collect(reader, limit);
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) return undefined;
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
 * A request whose body has at most `limit` bytes, or undefined if it has more. A body declared as too long is not read. A
 * body declared as empty is read anyway, because a bridge passes on what the peer says.
 */
export async function limitRequest(request: Request, limit: number, signal: AbortSignal): Promise<Request | undefined> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limit) return undefined;
  if (request.body === null) return request;
  if (declared === "0") return limitEmpty(request, limit, signal);
  return rebuilt(request, await readLimited(request.body, limit, signal));
}

/** The same request object if its body is empty, with the properties that a platform added. */
async function limitEmpty(request: Request, limit: number, signal: AbortSignal): Promise<Request | undefined> {
  let empty = false;
  try {
    const bytes = await readLimited(request.clone().body, limit, signal);
    empty = bytes?.byteLength === 0;
    return empty ? request : rebuilt(request, bytes);
  } finally {
    // Cancels the other half of the clone; otherwise the peer keeps sending.
    if (!empty) request.body?.cancel().catch(() => {});
  }
}

/** Builds a request from its parts: `new Request` does not accept every bridge's request as a whole. */
function rebuilt(request: Request, body: Uint8Array<ArrayBuffer> | undefined): Request | undefined {
  const { url, method, headers, signal } = request;
  return body && new Request(url, { method, headers: [...headers], body, signal });
}
