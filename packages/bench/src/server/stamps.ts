import { turnText } from "../inputs/turn-script.ts";
import type { Behaviour } from "../server.ts";

const mark = "@";
const everyMs = 50;

/** Spreads the sessions over the 50 ms, as strangers' sessions are. */
const phaseMs = 17;

/** Sends a Turn every 50 ms whose transcript is the machine's monotonic clock, in ns, at the moment of sending. */
export function stamps(words: number): Behaviour {
  let connections = 0;
  return {
    connected(socket) {
      let reading = 0;
      const send = () => {
        timer = setTimeout(send, everyMs);
        const [head, tail] = turnText(reading++, words, mark).split(mark);
        socket.send(`${head}${process.hrtime.bigint()}${tail}`);
      };
      let timer = setTimeout(send, (connections++ * phaseMs) % everyMs);
      socket.on("close", () => clearTimeout(timer));
    },
  };
}
