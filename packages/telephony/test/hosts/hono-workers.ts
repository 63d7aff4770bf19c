import { handlerSocket } from "@voxpipe/telephony";
import { Hono } from "hono";
import { upgradeWebSocket } from "hono/cloudflare-workers";
import { transcribe } from "../examples/transcribe.ts";

const app = new Hono();
app.get(
  "/media",
  upgradeWebSocket((context) => {
    const { socket, ...handlers } = handlerSocket();
    // The last words come after the provider has hung up.
    context.executionCtx.waitUntil(transcribe(socket));
    return handlers;
  }),
);
export default app;
