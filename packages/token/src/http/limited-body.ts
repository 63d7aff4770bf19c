/**
 * The bytes of a body, or undefined if it exceeds `limit` bytes. The rest is then cancelled, not read. When `signal` aborts,
 * the body is cancelled too.
 */
export async function readLimited(
  body: ReadableStream<Uint8Array> | AsyncIterable<unknown> | null,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array();
  const reader = readerOf(body);
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

/** The part of a reader that is used here. */
interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(): Promise<unknown>;
}

/** Web streams are read by their reader, since WebKit's are not iterable; Node's streams by iteration. */
function readerOf(body: ReadableStream<Uint8Array> | AsyncIterable<unknown>): BodyReader {
  if ("getReader" in body) return body.getReader();
  const chunks = body[Symbol.asyncIterator]();
  return {
    read: async () => {
      const { done = false, value } = await chunks.next();
      return { done, value };
    },
    // A pending next() would delay return(): a stream is destroyed at once.
    cancel: async () => {
      if ("destroy" in body && typeof body.destroy === "function") body.destroy();
      else await chunks.return?.();
    },
  };
}

async function collect(reader: BodyReader, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!ArrayBuffer.isView(value)) throw new TypeError("The body consists of something other than bytes.");
    size += value.byteLength;
    if (size > limit) return undefined;
    chunks.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
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
