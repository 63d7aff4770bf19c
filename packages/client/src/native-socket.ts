import type { OpenSocket, Socket } from "@voxpipe/core";

/**
 * The platform's own WebSocket. It reports no HTTP status and no cause, and cannot ping.
 *
 * @param url Credentials included: browsers send no headers.
 */
export const openNativeSocket: OpenSocket = (url, headers, listener): Socket => {
  // Bun and Deno take headers as their second argument; browsers get no second argument at all, since it would throw there.
  const socket = headers ? Reflect.construct(WebSocket, [url, { headers }]) : new WebSocket(url);
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
  socket.addEventListener("close", (event: CloseEvent) => end(event.code, event.reason), { signal });
  // Every failure is followed by `close`; the listener only keeps platforms quiet that report unheard errors.
  socket.addEventListener("error", () => {}, { signal });
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    destroy: () => {
      socket.close();
      end(1006, "");
    },
  };
};
