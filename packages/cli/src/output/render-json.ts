import { jsonLine } from "../terminal/terminal-safe.ts";
import { noticeLine, type Renderer } from "./renderer.ts";
import type { TextOutput } from "./text-output.ts";

/** One event a line, as the wire names its fields. `finalsOnly` leaves partial turns out. */
export function renderJson(output: TextOutput, errors: TextOutput, finalsOnly: boolean): Renderer {
  return {
    async event(event) {
      if (finalsOnly && event.type === "Turn" && !event.end_of_turn) return;
      await output.write(`${jsonLine(event)}\n`);
    },
    progress() {},
    notice: (text) => void errors.write(noticeLine(text)),
    async end() {},
  };
}
