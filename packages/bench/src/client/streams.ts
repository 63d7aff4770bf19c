import { WebSocket } from "ws";
import type { Turn, Variant } from "./variant.ts";

/** The bare loop between two Web Streams that do nothing: what the platform's streams alone cost. */
export const streams: Variant = {
  async open(url, onTurn) {
    const socket = new WebSocket(`${url}/v3/ws`, { perMessageDeflate: false });
    const events = new ReadableStream<Turn & { readonly type: string }>({
      start(controller) {
        socket.on("message", (data) => controller.enqueue(JSON.parse(data.toString())));
        socket.on("close", () => controller.close());
      },
    });
    const audio = new WritableStream<Uint8Array>({ write: (frame) => socket.send(frame) });
    const writer = audio.getWriter();
    let lost = false;
    const begun = new Promise<void>((resolve) => {
      void (async () => {
        for await (const event of events)
          if (event.type === "Turn") onTurn(event);
          else if (event.type === "Begin") resolve();
        lost = true;
      })();
    });
    await begun;
    return {
      async send(frame) {
        await writer.ready;
        void writer.write(frame);
      },
      bufferedAmount: undefined,
      get lost() {
        return lost;
      },
      close: async () => socket.close(),
    };
  },
};
