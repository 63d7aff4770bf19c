import { keyHeaders, type OpenSocket, type Socket, type SocketListener } from "@voxpipe/core";

/**
 * The platform's own WebSocket. It reports no HTTP status and no cause, and cannot ping.
 *
 * @param url Credentials included: browsers send no headers, and throw at a second argument that would hold them.
 */
export const openNativeSocket: OpenSocket = (url, _apiKey, listener) => listenTo(new WebSocket(url), listener);

/** The same where the platform takes headers as a second argument: Bun and Deno. */
export const openNativeSocketWithHeaders: OpenSocket = (url, apiKey, listener) =>
  listenTo(
    apiKey === undefined ? new WebSocket(url) : Reflect.construct(WebSocket, [url, { headers: keyHeaders(apiKey) }]),
    listener,
  );

/** The DOM's types refuse views of shared memory, which are never sent. */
type NativeSocket = Omit<WebSocket, "send"> & { send(data: Parameters<WebSocket["send"]>[0] | Uint8Array): void };

function listenTo(socket: NativeSocket, listener: SocketListener): Socket {
  socket.binaryType = "arraybuffer";
  const listening = new AbortController();
  const { signal } = listening;
  let ended = false;
  const end = (code: number, reason: string) => {
    if (ended) return;
    ended = true;
    listening.abort();
    listener.closed({ code, reason });
  };
  socket.addEventListener("open", () => listener.opened(), { signal });
  socket.addEventListener(
    "message",
    ({ data }: MessageEvent) => listener.message(typeof data === "string" ? data : "(binary)"),
    { signal },
  );
  // Deno says 0 where others say 1006: no close frame came.
  socket.addEventListener("close", (event: CloseEvent) => end(event.code || 1006, event.reason), { signal });
  // Every failure is followed by `close`; the listener only keeps platforms quiet that report unheard errors.
  socket.addEventListener("error", () => {}, { signal });
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    destroy: () => {
      // Bun's way of not waiting for a peer that may never answer; the others have none.
      if ("terminate" in socket && typeof socket.terminate === "function") socket.terminate();
      else socket.close();
      end(1006, "");
    },
  };
}
