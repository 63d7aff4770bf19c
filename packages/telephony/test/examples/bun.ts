import { type HandlerSocket, handlerSocket } from "@voxpipe/telephony";
import { transcribe } from "./transcribe.ts";

export const server = Bun.serve<HandlerSocket>({
  fetch(request, server) {
    const data = handlerSocket();
    if (new URL(request.url).pathname !== "/media" || !server.upgrade(request, { data }))
      return new Response("Not found", { status: 404 });
    void transcribe(data.socket);
    return undefined;
  },
  websocket: {
    maxPayloadLength: 128 * 1024,
    open: (socket) => socket.data.onOpen({}, socket),
    message: (socket, data) => socket.data.onMessage({ data }, socket),
    close: (socket, code) => socket.data.onClose({ code }),
  },
});
