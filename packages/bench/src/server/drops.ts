import { framesPerTurn, turnText } from "../inputs/turn-script.ts";
import { WatermarkReader } from "../inputs/watermark.ts";
import type { Behaviour } from "../server.ts";

/** Where the first connection breaks: 3 s into the audio, within a turn. */
const dropAfterFrames = 60;

/**
 * Recognizes, but destroys the TCP connection of its first client in mid-stream; after `silentMs` in which it read
 * nothing, as a dead network would. Reports the frames of the source that no connection brought.
 */
export function drops(words: number, silentMs: number, sourceFrames: number): Behaviour {
  const reader = new WatermarkReader();
  let connections = 0;
  return {
    connected(socket) {
      const first = connections++ === 0;
      const take = reader.connection();
      let frames = 0;
      let dead = false;
      socket.on("message", (data, isBinary) => {
        if (dead || !isBinary || !Buffer.isBuffer(data)) return;
        take(data);
        frames++;
        if (frames % framesPerTurn === 0) socket.send(turnText(frames / framesPerTurn - 1, words));
        if (!first || frames !== dropAfterFrames) return;
        dead = true;
        socket.pause();
        setTimeout(() => socket.terminate(), silentMs);
      });
    },
    report: () => ({ connections, lostFrames: reader.lost(sourceFrames) }),
  };
}
