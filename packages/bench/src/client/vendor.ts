import { StreamingTranscriber } from "assemblyai";
import { sampleRate } from "../inputs/audio.ts";
import type { Variant } from "./variant.ts";

/** The vendor's own package. It gives up after 1 s by default, which a busy machine may take for a thousand sessions. */
export const vendor: Variant = {
  async open(url, onTurn) {
    const transcriber = new StreamingTranscriber({
      apiKey: "bench",
      websocketBaseUrl: `${url}/v3/ws`,
      sampleRate,
      speechModel: "universal-streaming-english",
      connectTimeout: 10_000,
    });
    let lost = false;
    transcriber.on("turn", onTurn);
    transcriber.on("close", () => {
      lost = true;
    });
    await transcriber.connect();
    return {
      send(frame) {
        transcriber.sendAudio(frame.buffer);
        return undefined;
      },
      get bufferedAmount() {
        const socket: unknown = Reflect.get(transcriber, "socket");
        return typeof socket === "object" && socket ? Number(Reflect.get(socket, "bufferedAmount")) : undefined;
      },
      get lost() {
        return lost;
      },
      close: () => transcriber.close(),
    };
  },
};
