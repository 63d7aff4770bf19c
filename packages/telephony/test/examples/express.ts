import { createServer } from "node:http";
import express from "express";
import { WebSocketServer } from "ws";
import { transcribe } from "./transcribe.ts";

const { MEDIA_SECRET: secret, PORT = "3000" } = process.env;
const app = express();
const server = createServer(app);
const sockets = new WebSocketServer({ server, path: "/media", maxPayload: 128 * 1024 });

app.post("/voice", (request, response) => {
  response.type("xml").send(`<Response>
    <Start>
      <Stream url="wss://${request.headers.host}/media" track="both_tracks">
        <Parameter name="secret" value="${secret}" />
      </Stream>
    </Start>
    <Dial>+15550100</Dial>
  </Response>`);
});

sockets.on("connection", transcribe);
server.listen(Number(PORT), () => console.log(`listening on port ${PORT}`));
