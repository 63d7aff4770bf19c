import { framesPerTurn, turnTexts } from "../inputs/turn-script.ts";
import type { Behaviour } from "../server.ts";

/** The longest session of a run: 500 s, a reading each 200 ms. */
const longest = 2500;

/** Sends the next Turn after every fourth message of audio. Texts are made once, ahead: all clients cost it the same. */
export function recognizes(words: number): Behaviour {
  const texts = turnTexts(longest, words);
  return {
    connected(socket) {
      let frames = 0;
      socket.on("message", (_, isBinary) => {
        if (!isBinary || ++frames % framesPerTurn !== 0) return;
        const text = texts[frames / framesPerTurn - 1];
        if (text !== undefined) socket.send(text);
      });
    },
  };
}
