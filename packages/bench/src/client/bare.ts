import { once } from "node:events";
import { WebSocket } from "ws";
import type { Variant } from "./variant.ts";

/** The limit: `ws` and `JSON.parse`, and nothing else. */
export const bare: Variant = {
  async open(url, onTurn) {
    const socket = new WebSocket(`${url}/v3/ws`, { perMessageDeflate: false });
    let lost = false;
    const begun = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        const event = JSON.parse(data.toString());
        if (event.type === "Turn") onTurn(event);
        else if (event.type === "Begin") resolve();
      });
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      lost = true;
    });
    await begun;
    return {
      send(frame) {
        socket.send(frame);
        return undefined;
      },
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      get lost() {
        return lost;
      },
      async close() {
        if (lost) return;
        socket.send('{"type":"Terminate"}');
        await once(socket, "close");
      },
    };
  },
};
