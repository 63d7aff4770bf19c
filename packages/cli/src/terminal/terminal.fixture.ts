import { EventEmitter } from "node:events";
import xterm from "@xterm/headless";

/** A real terminal emulator instead of `process.stdout`, and its text. */
export class TestTerminal extends EventEmitter {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;

  constructor(columns: number, rows = 10) {
    super();
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 100,
      convertEol: true,
      allowProposedApi: true,
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(text: string): void {
    this.#terminal.write(text);
  }

  async resize(columns: number): Promise<void> {
    await this.#settled();
    this.#terminal.resize(columns, this.rows);
    this.emit("resize");
  }

  /** All lines with text, including those scrolled off; lines wrapped by the terminal are joined. */
  async lines(): Promise<string[]> {
    await this.#settled();
    const buffer = this.#terminal.buffer.active;
    const lines: string[] = [];
    for (let y = 0; y < buffer.length; y++) {
      const row = buffer.getLine(y);
      const text = row?.translateToString(true) ?? "";
      if (row?.isWrapped) lines.push((lines.pop() ?? "") + text);
      else lines.push(text);
    }
    return lines.filter((line) => line !== "");
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write("", resolve));
  }
}
