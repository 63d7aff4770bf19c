import type { OpenSocket, Socket, SocketEnd, SocketListener } from "@voxpipe/core";
import { handshakeHeaders } from "../platforms/handshake-headers.ts";
import { PolicyWatch } from "../platforms/policy-watch.ts";
import {
  blockedByPolicy,
  longestMessage,
  messageTooLong,
  mixedContent,
  noWebSocket,
  refusedSocket,
  unexplained,
} from "./socket-failures.ts";

/** How long to wait after a failure for its explanation (`close`, or a violation of the page's policy), in ms. */
const explanationMs = 250;

/** The DOM's types do not allow views of shared memory; none are sent. */
type PlatformSocket = Omit<WebSocket, "send"> & { send(data: Parameters<WebSocket["send"]>[0] | Uint8Array): void };

/**
 * The platform's native WebSocket. It reports no HTTP status and no cause, and cannot ping.
 *
 * @param url includes the credentials: browsers send no headers, and throw if a second argument has them.
 */
export const openNativeSocket: OpenSocket = (url, _apiKey, listener) =>
  new NativeSocket(url, () => new WebSocket(url), listener);

/** The same for runtimes whose WebSocket accepts headers (Bun and Deno), and in Bun the URL of a proxy. */
export function openNativeSocketWithHeaders(runtime: string, proxy?: string): OpenSocket {
  return (url, apiKey, listener) => {
    const options = { headers: handshakeHeaders(runtime, apiKey), ...(proxy !== undefined && { proxy }) };
    return new NativeSocket(url, () => Reflect.construct(WebSocket, [url, options]), listener);
  };
}

/** Reports its end exactly once, in every way of failing: constructors that throw, `error` without `close`, `close` without `error`. */
class NativeSocket implements Socket {
  readonly #url: string;
  readonly #listener: SocketListener;
  readonly #policy: PolicyWatch;
  readonly #listening = new AbortController();
  readonly #socket: PlatformSocket | undefined;
  #opened = false;
  #ended = false;
  #explaining: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, create: () => PlatformSocket, listener: SocketListener) {
    this.#url = url;
    this.#listener = listener;
    this.#policy = new PolicyWatch(url, () => this.#end({ failure: blockedByPolicy(url) }));
    try {
      this.#socket = create();
    } catch (error) {
      this.#endUnlessExplained({ failure: this.#refusal(error), cause: error });
      return;
    }
    this.#listen(this.#socket);
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(data: string | Uint8Array): void {
    this.#socket?.send(data);
  }

  close(code: number, reason: string): void {
    if (this.#socket) this.#socket.close(code, reason);
    else this.#end({});
  }

  destroy(): void {
    const socket = this.#socket;
    // In Bun this does not wait for a peer that may never answer; the others have no such method.
    if (socket && "terminate" in socket && typeof socket.terminate === "function") socket.terminate();
    else socket?.close();
    this.#end({});
  }

  #listen(socket: PlatformSocket): void {
    socket.binaryType = "arraybuffer";
    const { signal } = this.#listening;
    let cause: unknown;
    socket.addEventListener("open", () => this.#open(), { signal });
    socket.addEventListener("message", ({ data }: MessageEvent) => this.#message(data), { signal });
    // Without a close frame, Deno reports 0, the others 1006.
    const onClose = ({ code, reason }: CloseEvent) => this.#end({ code: code || 1006, reason, cause });
    socket.addEventListener("close", onClose, { signal });
    const onError = (event: Event) => {
      cause = causeOf(event);
      // `close` follows in the same task, except in Chromium if a policy blocks the socket.
      this.#endUnlessExplained(this.#opened ? { cause } : { cause, failure: unexplained(this.#url) });
    };
    socket.addEventListener("error", onError, { signal });
  }

  #open(): void {
    this.#opened = true;
    this.#policy.stop();
    this.#listener.opened();
  }

  #message(data: unknown): void {
    if (typeof data !== "string") this.#listener.message("(binary)");
    else if (data.length <= longestMessage) this.#listener.message(data);
    else {
      this.#socket?.close();
      this.#end({ failure: messageTooLong(this.#url) });
    }
  }

  #refusal(error: unknown) {
    if (typeof WebSocket !== "function") return noWebSocket();
    const page: unknown = Reflect.get(globalThis, "origin");
    if (typeof page === "string" && page.startsWith("https:") && this.#url.startsWith("ws:")) {
      return mixedContent(this.#url);
    }
    return refusedSocket(this.#url, error);
  }

  #endUnlessExplained(how: Partial<SocketEnd>): void {
    if (this.#ended) return;
    clearTimeout(this.#explaining);
    this.#explaining = setTimeout(() => {
      this.#end(how);
      this.#socket?.close();
    }, explanationMs);
  }

  #end(how: Partial<SocketEnd>): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#explaining);
    this.#listening.abort();
    this.#policy.stop();
    this.#listener.closed({ code: 1006, reason: "", ...how });
  }
}

/** In Bun, Deno and Node the event says what happened; in browsers it does not. */
function causeOf(event: Event): unknown {
  const message: unknown = Reflect.get(event, "message");
  return (
    Reflect.get(event, "error") ?? (typeof message === "string" && message !== "" ? new Error(message) : undefined)
  );
}
