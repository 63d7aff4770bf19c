import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { connectChannels } from "@voxpipe/channels";
import { type MediaStream, mediaStream } from "@voxpipe/telephony";
import express from "express";
import { WebSocketServer } from "ws";
import { isFromTwilio } from "./twilio-signature.ts";

const { ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: apiHost, TWILIO_AUTH_TOKEN: authToken } = process.env;
const { DIAL = "+15550100", PORT = "3000" } = process.env;
if (!apiKey || !authToken) throw new Error("Set ASSEMBLYAI_API_KEY and TWILIO_AUTH_TOKEN.");

/** Only Twilio learns it, from the answer to /voice: anyone else can open the WebSocket, but not use it. */
const secret = randomUUID();
const app = express();
const server = createServer(app);
const sockets = new WebSocketServer({ server, path: "/media", maxPayload: 128 * 1024 });

app.use(express.urlencoded({ extended: false }));
app.post("/voice", (request, response) => {
  const url = `https://${request.headers.host}${request.originalUrl}`;
  if (!isFromTwilio(url, request.body ?? {}, request.get("x-twilio-signature") ?? "", authToken)) {
    response.sendStatus(403);
    return;
  }
  response.type("xml").send(`<Response>
  <Start>
    <Stream url="wss://${request.headers.host}/media" track="both_tracks">
      <Parameter name="secret" value="${secret}" />
    </Stream>
  </Start>
  <Dial>${DIAL}</Dial>
</Response>`);
});

sockets.on("connection", (socket) => {
  transcribe(mediaStream(socket, "twilio")).catch((error) => console.error(String(error)));
});

/** Both sides of a call, by name, on one clock. */
async function transcribe(stream: MediaStream): Promise<void> {
  const { parameters, callId } = await stream.started;
  if (parameters.secret !== secret) {
    stream.close(1008, "unknown caller");
    return;
  }
  console.log(`${callId}: the call begins`);
  const call = connectChannels({
    channels: ["caller", "agent"],
    encoding: "pcm_mulaw",
    sampleRate: 8_000,
    formatTurns: true,
    apiKey,
    apiHost,
  });
  // A failure of a side ends its pipe, and the loop reports it.
  stream.tracks.inbound.pipeTo(call.audio.caller).catch(() => {});
  stream.tracks.outbound.pipeTo(call.audio.agent).catch(() => {});
  for await (const event of call.events) {
    if (event.type === "Turn" && event.end_of_turn) console.log(`${callId}: ${event.channel}: ${event.transcript}`);
    if (event.type === "ChannelFailed") console.error(`${callId}: ${event.channel}: ${event.error.message}`);
  }
  console.log(`${callId}: the call has ended`);
}

server.listen(Number(PORT), () => console.log(`Listening on port ${PORT}`));
