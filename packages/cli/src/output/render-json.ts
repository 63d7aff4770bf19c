import { jsonLine } from "../terminal/terminal-safe.ts";
import { noticeLine, type Renderer } from "./renderer.ts";
import type { TextOutput } from "./text-output.ts";

/** Writes one event per line, with the wire's field names. `finalsOnly` leaves out partial turns. */
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
