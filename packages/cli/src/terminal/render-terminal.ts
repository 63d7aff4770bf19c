import { FinalTurnsOfChannels } from "../output/final-turns.ts";
import { noticeLine, type Renderer, type ShownTurn } from "../output/renderer.ts";
import type { TextOutput } from "../output/text-output.ts";
import { clockTime } from "./clock-time.ts";
import { LiveBlock, type Screen } from "./live-block.ts";
import { type Progress, progressLine } from "./progress-line.ts";
import { partialText, turnStart, turnText } from "./transcript-line.ts";

/** A terminal: `process.stdout` if `isTTY` is true. */
export interface Terminal extends Screen {
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

export interface TerminalRendering {
  /** Whether formatted finals were requested. */
  readonly formats: boolean;
  readonly color: boolean;
}

/** Shows final turns as permanent lines with their times; below them the turn in progress, and the progress. */
export function renderTerminal(
  terminal: Terminal,
  errors: TextOutput,
  { formats, color }: TerminalRendering,
): Renderer {
  const finals = new FinalTurnsOfChannels(formats);
  const block = new LiveBlock(terminal);
  const faint = (text: string) => (color ? `\x1b[2m${text}\x1b[22m` : text);
  const timed = (turn: ShownTurn, text: string) => `${faint(clockTime(turnStart(turn)).padStart(7))}  ${text}`;
  /** What is being said, on each channel. */
  const partials = new Map<string | undefined, string>();
  let progress: Progress | undefined;

  const live = () => {
    const foot = progress === undefined ? "" : faint(progressLine(progress, block.columns));
    return [...partials.values(), foot].filter((part) => part !== "").join("\n");
  };
  const draw = (completed: readonly ShownTurn[] = []) =>
    block.show(live(), completed.map((turn) => timed(turn, turnText(turn))).join("\n"));
  const resized = () => block.redraw(live());
  terminal.on("resize", resized);

  return {
    async event(event) {
      if (event.type !== "Turn") return;
      const completed = finals.accept(event);
      const open = finals.printed(event) ? "" : partialText(event);
      partials.set(event.channel, open === "" ? "" : timed(event, faint(open)));
      draw(completed);
    },
    progress(now) {
      progress = now;
      draw();
    },
    notice(text) {
      block.show("");
      void errors.write(noticeLine(text));
      draw();
    },
    async end() {
      terminal.off("resize", resized);
      partials.clear();
      progress = undefined;
      draw(finals.flush());
    },
  };
}
