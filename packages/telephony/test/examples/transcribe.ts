import { connectChannels } from "@voxpipe/channels";
import { mediaStream, type SocketLike } from "@voxpipe/telephony";

const { ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: apiHost, MEDIA_SECRET: secret } = process.env;

export async function transcribe(socket: SocketLike): Promise<void> {
  try {
    const stream = mediaStream(socket, "twilio");
    const { parameters } = await stream.started;
    // Anyone can connect. Only Twilio knows what /voice answered.
    if (secret === undefined || parameters.secret !== secret) return stream.close(1008, "who are you?");

    const call = connectChannels({
      channels: ["caller", "agent"],
      encoding: "pcm_mulaw",
      sampleRate: 8_000,
      apiKey,
      apiHost,
    });
    // A failure of a side ends its pipe, and call.events reports it.
    stream.tracks.inbound.pipeTo(call.audio.caller).catch(() => {});
    stream.tracks.outbound.pipeTo(call.audio.agent).catch(() => {});
    for await (const event of call.events) {
      if (event.type === "Turn" && event.end_of_turn) console.log(`${event.channel}: ${event.transcript}`);
      if (event.type === "ChannelFailed") console.error(`${event.channel}: ${event.error.message}`);
    }
  } catch (error) {
    console.error(String(error));
  }
}
