import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** The part of a terminal that this needs: `process.stdout` if it is a terminal. */
export interface Screen {
  /** Width in cells; 0 or absent if the terminal does not report it. */
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const defaultColumns = 80;
const defaultRows = 24;

/**
 * Lines at the bottom of a terminal that are rewritten in place, with permanent lines printed above them.
 *
 * It counts the rows of its lines at the terminal's current width, because terminals wrap lines again when they become
 * narrower. A block taller than the screen loses its first rows: what has scrolled off cannot be erased.
 */
export class LiveBlock {
  readonly #screen: Screen;
  #shown: readonly string[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  get columns(): number {
    return this.#screen.columns || defaultColumns;
  }

  /** Replaces the block by `text`, broken at words; `""` removes it. `above` is permanent and wrapped by the terminal. */
  show(text: string, above = ""): void {
    const lines = this.#fit(text);
    if (above === "" && lines.join("\n") === this.#shown.join("\n")) return;
    const block = lines.map((line) => `${line}\n`).join("");
    this.#screen.write(this.#erase() + (above === "" ? "" : `${above}\n`) + block);
    this.#shown = lines;
  }

  /** Draws again after the terminal has changed its size. */
  redraw(text: string): void {
    this.#screen.write(this.#erase());
    this.#shown = [];
    this.show(text);
  }

  #fit(text: string): string[] {
    if (text === "") return [];
    const lines = wrapAnsi(text, this.columns, { hard: true, trim: false }).split("\n");
    const room = Math.max(1, (this.#screen.rows || defaultRows) - 1);
    return lines.slice(-room);
  }

  /** Moves to the block's first row and clears everything from there on. */
  #erase(): string {
    const rows = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / this.columns)), 0);
    if (rows === 0) return "";
    return `\r\x1b[${rows}A\x1b[0J`;
  }
}
