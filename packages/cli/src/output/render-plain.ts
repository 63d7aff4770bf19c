import type { TurnEvent } from "voxpipe";
import { turnText } from "../terminal/transcript-line.ts";
import { FinalTurns } from "./final-turns.ts";
import { noticeLine, type Renderer } from "./renderer.ts";
import type { TextOutput } from "./text-output.ts";

/** Writes the text of each final turn on its own line, and nothing else: for pipes and files. */
export function renderPlain(output: TextOutput, errors: TextOutput, formats: boolean): Renderer {
  const finals = new FinalTurns(formats);
  const print = async (turns: readonly TurnEvent[]) => {
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
