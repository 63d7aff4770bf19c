import websocket from "@fastify/websocket";
import fastify from "fastify";
import { transcribe } from "./transcribe.ts";

export const app = fastify();
await app.register(websocket, { options: { maxPayload: 128 * 1024 } });
app.get("/media", { websocket: true }, (socket) => void transcribe(socket));
