import { transcribe } from "./transcribe.ts";

export default {
  fetch(request: Request, _env: unknown, context: { waitUntil(promise: Promise<void>): void }) {
    if (new URL(request.url).pathname !== "/media") return new Response("Not found", { status: 404 });
    const { 0: client, 1: socket } = new WebSocketPair();
    socket.accept();
    // The last words come after the provider has hung up.
    context.waitUntil(transcribe(socket));
    return new Response(null, { status: 101, webSocket: client });
  },
};
