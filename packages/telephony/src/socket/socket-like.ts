/** A WebSocket as browsers, Deno, workerd and `ws` have it. */
export interface TargetSocket {
  addEventListener(type: string, listener: (event: object) => void): void;
  removeEventListener(type: string, listener: (event: object) => void): void;
  close(code?: number, reason?: string): void;
  readonly readyState?: number;
}

/** A WebSocket as Node's libraries have it. */
export interface EmitterSocket {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  off(event: string, listener: (...values: unknown[]) => void): unknown;
  close(code?: number, reason?: string): void;
  readonly readyState?: number;
}

/** Any WebSocket of a server that is open. */
export type SocketLike = TargetSocket | EmitterSocket;

export interface SocketListener {
  message(data: string | Uint8Array): void;
  /** A message of a kind that cannot be read at once. */
  unreadable(kind: string): void;
  /** The last call. */
  closed(code: number | undefined): void;
}

const closing = 2;

/** Listens to any kind of WebSocket. Returns what stops it. */
export function listen(socket: SocketLike, listener: SocketListener): () => void {
  const parts = "addEventListener" in socket ? ofTarget(socket, listener) : ofEmitter(socket, listener);
  if ((socket.readyState ?? 1) >= closing) queueMicrotask(() => listener.closed(undefined));
  return parts;
}

/** Bytes instead of Blobs, which could only be read later, and out of order. */
export function preferBytes(socket: unknown): void {
  if (typeof socket === "object" && socket !== null && "binaryType" in socket && socket.binaryType === "blob")
    Reflect.set(socket, "binaryType", "arraybuffer");
}

function ofTarget(socket: TargetSocket, listener: SocketListener): () => void {
  preferBytes(socket);
  const message = (event: object) => deliver("data" in event ? event.data : undefined, undefined, listener);
  const close = (event: object) => listener.closed(codeOf("code" in event ? event.code : undefined));
  // `close` follows it.
  const error = () => {};
  socket.addEventListener("message", message);
  socket.addEventListener("close", close);
  socket.addEventListener("error", error);
  return () => {
    socket.removeEventListener("message", message);
    socket.removeEventListener("close", close);
  };
}

function ofEmitter(socket: EmitterSocket, listener: SocketListener): () => void {
  const message = (data: unknown, binary: unknown) => deliver(data, binary, listener);
  const close = (code: unknown) => listener.closed(codeOf(code));
  // Without a listener, an `error` ends the process.
  const error = () => {};
  socket.on("message", message);
  socket.on("close", close);
  socket.on("error", error);
  return () => {
    socket.off("message", message);
    socket.off("close", close);
  };
}

function codeOf(code: unknown): number | undefined {
  return typeof code === "number" ? code : undefined;
}

/** @param binary whether the message is binary, if the library says so; otherwise texts are strings */
function deliver(data: unknown, binary: unknown, listener: SocketListener): void {
  const bytes = bytesOf(data);
  if (typeof data === "string") listener.message(data);
  else if (bytes !== undefined) listener.message(binary === false ? new TextDecoder().decode(bytes) : bytes);
  else listener.unreadable(Object.prototype.toString.call(data).slice(8, -1));
}

function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
}
