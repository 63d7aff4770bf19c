import { handlerSocket } from "@voxpipe/telephony";
import { Hono } from "hono";
import { upgradeWebSocket } from "hono/deno";
import { transcribe } from "../examples/transcribe.ts";

const app = new Hono();
app.get(
  "/media",
  upgradeWebSocket(() => {
    const { socket, ...handlers } = handlerSocket();
    void transcribe(socket);
    return handlers;
  }),
);
export const server = Deno.serve(app.fetch);
