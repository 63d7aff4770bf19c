import type { OpenSocket, Socket, SocketEnd } from "@voxpipe/core";
import { handshakeHeaders } from "../platforms/handshake-headers.ts";
import { readLimited } from "../tokens/read-limited.ts";
import { longestRefusal, refusalMs, refusedHandshake } from "./refused-handshake.ts";
import { longestMessage, messageTooLong } from "./socket-failures.ts";

/** A WebSocket as workerd provides it: it does nothing until it is accepted. */
type UpgradedSocket = Omit<WebSocket, "send"> & Pick<Socket, "send"> & { accept(): void };

/**
 * A socket in workerd (Cloudflare Workers), where `new WebSocket` accepts no headers, but `fetch` does and returns the socket.
 * It reports HTTP statuses, but cannot ping or report what waits to be sent: `pace` bounds that.
 */
export const openWorkerdSocket: OpenSocket = (url, apiKey, listener) => {
  const connecting = new AbortController();
  let socket: UpgradedSocket | undefined;
  let ended = false;
  const end = (how: SocketEnd) => {
    if (ended) return;
    ended = true;
    connecting.abort();
    listener.closed(how);
  };
  const adopt = (upgraded: UpgradedSocket) => {
    socket = upgraded;
    upgraded.addEventListener("message", ({ data }: MessageEvent) => {
      if (ended) return;
      if (typeof data !== "string") listener.message("(binary)");
      else if (data.length <= longestMessage) listener.message(data);
      else {
        closeQuietly(upgraded);
        end({ code: 1006, reason: "", failure: messageTooLong(url) });
      }
    });
    upgraded.addEventListener("close", ({ code, reason }: CloseEvent) => {
      // Other platforms answer a close themselves.
      closeQuietly(upgraded);
      end({ code, reason });
    });
    upgraded.addEventListener("error", (event) => end({ code: 1006, reason: "", cause: Reflect.get(event, "error") }));
    upgraded.accept();
    listener.opened();
  };
  const headers = { ...handshakeHeaders("workerd", apiKey), Upgrade: "websocket" };
  const { signal } = connecting;
  // A followed redirect would receive the key in workerd before the compatibility date 2025-09-15, and the audio in all versions.
  fetch(url.replace(/^ws/, "http"), { headers, redirect: "manual", signal }).then(
    async (response) => {
      const upgraded: unknown = Reflect.get(response, "webSocket");
      if (!isUpgraded(upgraded)) end(await refusalOf(response, signal));
      else if (ended) {
        upgraded.accept();
        closeQuietly(upgraded);
      } else adopt(upgraded);
    },
    (cause: unknown) => end({ code: 1006, reason: "", cause }),
  );
  return {
    bufferedAmount: 0,
    send: (data) => socket?.send(data),
    close: (code, reason) => {
      if (socket) closeQuietly(socket, code, reason);
      else end({ code: 1006, reason: "" });
    },
    destroy: () => {
      if (socket) closeQuietly(socket);
      end({ code: 1006, reason: "" });
    },
  };
};

/** The part of the answer that arrives in time. */
async function refusalOf(response: Response, connecting: AbortSignal): Promise<SocketEnd> {
  const late = new AbortController();
  const stop = () => late.abort();
  const timer = setTimeout(stop, refusalMs);
  connecting.addEventListener("abort", stop);
  const { bytes } = await readLimited(response.body, longestRefusal, late.signal).catch(() => ({
    bytes: new Uint8Array(),
  }));
  clearTimeout(timer);
  connecting.removeEventListener("abort", stop);
  return refusedHandshake(response.status, response.headers.get("retry-after"), bytes);
}

/** workerd throws if the socket is already closed. */
function closeQuietly(socket: UpgradedSocket, code?: number, reason?: string): void {
  try {
    socket.close(code, reason);
  } catch {}
}

function isUpgraded(value: unknown): value is UpgradedSocket {
  return typeof value === "object" && value !== null && "accept" in value;
}
