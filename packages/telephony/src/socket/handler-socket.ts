import { preferBytes, type TargetSocket } from "./socket-like.ts";

/** What frameworks pass to the handlers of a WebSocket. */
interface ClosableSocket {
  close(code?: number, reason?: string): void;
  /** The runtime's own socket, as Hono has it. */
  readonly raw?: unknown;
}

/** A socket for frameworks that call handlers, and the handlers to give them. */
export interface HandlerSocket {
  /** For `mediaStream`. */
  readonly socket: TargetSocket;
  readonly onOpen: (event: unknown, socket: ClosableSocket) => void;
  readonly onMessage: (event: { readonly data: unknown }, socket: ClosableSocket) => void;
  readonly onClose: (event?: { readonly code?: number }) => void;
  readonly onError: () => void;
}

type Listener = (event: object) => void;

/**
 * Makes a socket of the handlers that some frameworks want: Hono's `upgradeWebSocket` on every runtime, and `Bun.serve`.
 *
 * @example
 * ```ts
 * app.get("/media", upgradeWebSocket(() => {
 *   const { socket, ...handlers } = handlerSocket();
 *   transcribe(mediaStream(socket, "twilio"));
 *   return handlers;
 * }));
 * ```
 */
export function handlerSocket(): HandlerSocket {
  const listeners = new Map<string, Set<Listener>>();
  let peer: ClosableSocket | undefined;
  /** A close that came before the handlers knew the socket. */
  let closing: { readonly code: number | undefined; readonly reason: string | undefined } | undefined;

  const dispatch = (type: string, event: object) => {
    for (const listener of [...(listeners.get(type) ?? [])]) listener(event);
  };
  const opened = (socket: ClosableSocket) => {
    peer = socket;
    preferBytes(socket.raw ?? socket);
    if (closing) socket.close(closing.code, closing.reason);
    closing = undefined;
  };
  return {
    socket: {
      addEventListener(type, listener) {
        const known = listeners.get(type) ?? new Set();
        listeners.set(type, known.add(listener));
      },
      removeEventListener: (type, listener) => void listeners.get(type)?.delete(listener),
      close(code, reason) {
        if (peer) peer.close(code, reason);
        else closing = { code, reason };
      },
    },
    onOpen: (_event, socket) => opened(socket),
    onMessage(event, socket) {
      if (!peer) opened(socket);
      dispatch("message", event);
    },
    onClose: (event = {}) => dispatch("close", event),
    onError: () => dispatch("error", {}),
  };
}
