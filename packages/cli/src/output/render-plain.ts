import { turnText } from "../terminal/transcript-line.ts";
import { FinalTurnsOfChannels } from "./final-turns.ts";
import { noticeLine, type Renderer, type ShownTurn } from "./renderer.ts";
import type { TextOutput } from "./text-output.ts";

/** Writes the text of each final turn on its own line, and nothing else: for pipes and files. */
export function renderPlain(output: TextOutput, errors: TextOutput, formats: boolean): Renderer {
  const finals = new FinalTurnsOfChannels(formats);
  const print = async (turns: readonly ShownTurn[]) => {
    for (const turn of turns) await output.write(`${turnText(turn)}\n`);
  };
  return {
    async event(event) {
      if (event.type === "Turn") await print(finals.accept(event));
    },
    progress() {},
    notice: (text) => void errors.write(noticeLine(text)),
    end: () => print(finals.flush()),
  };
}
