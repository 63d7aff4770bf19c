import { handlerSocket } from "@voxpipe/telephony";
import { Hono } from "hono";
import { upgradeWebSocket, websocket } from "hono/bun";
import { transcribe } from "./transcribe.ts";

const app = new Hono();
app.get(
  "/media",
  upgradeWebSocket(() => {
    const { socket, ...handlers } = handlerSocket();
    void transcribe(socket);
    return handlers;
  }),
);
export const server = Bun.serve({ fetch: app.fetch, websocket: { ...websocket, maxPayloadLength: 128 * 1024 } });
