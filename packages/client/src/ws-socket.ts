import { keyHeaders, type OpenSocket, type Socket, type SocketEnd } from "@voxpipe/core";
import WebSocket from "isomorphic-ws";

/** The largest message that is taken, in bytes: the service's are a few kilobytes. */
const maxPayload = 16 * 1024 * 1024;

/** Node's socket, `ws`: headers, HTTP statuses, causes, and pings. */
export const openWsSocket: OpenSocket = (url, apiKey, listener): Socket => {
  const socket = new WebSocket(url, {
    headers: apiKey === undefined ? {} : keyHeaders(apiKey),
    maxPayload,
    perMessageDeflate: false,
  });
  let end: Omit<SocketEnd, "code" | "reason"> = {};
  socket.on("open", () => listener.opened());
  socket.on("message", (data, isBinary) => listener.message(isBinary ? "(binary)" : data.toString()));
  socket.on("pong", () => listener.alive());
  socket.on("unexpected-response", (request, response) => {
    end = { status: response.statusCode ?? 0 };
    response.resume();
    request.destroy();
    socket.terminate();
  });
  // Without a listener, a failure while connecting would crash the process.
  socket.on("error", (error) => {
    end = { cause: error, ...end };
  });
  socket.on("close", (code, reason) => listener.closed({ code, reason: reason.toString(), ...end }));
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    destroy: () => socket.terminate(),
    ping: () => socket.ping(),
  };
};
