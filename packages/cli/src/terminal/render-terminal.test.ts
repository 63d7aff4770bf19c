import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { textOutput } from "../output/text-output.ts";
import { turn, word } from "../output/turn.fixture.ts";
import { renderTerminal } from "./render-terminal.ts";
import { TestTerminal } from "./terminal.fixture.ts";

function rendering({ columns = 60, formats = true, color = false } = {}) {
  const terminal = new TestTerminal(columns);
  const written: string[] = [];
  const stderr = new Writable({
    write(chunk, _, done) {
      terminal.write(String(chunk));
      done();
    },
  });
  const write = terminal.write.bind(terminal);
  terminal.write = (text) => {
    written.push(text);
    write(text);
  };
  return { terminal, written, renderer: renderTerminal(terminal, textOutput(stderr), { formats, color }) };
}

const words = (...texts: string[]) => texts.map((text, i) => word(text, 1000 + i * 300));
const half = { state: "open", unit: "ms", position: 5000, length: 10_000 } as const;

describe("renderTerminal", () => {
  it("rewrites the partial as it grows, and makes a line with its time of the final", async () => {
    const { terminal, renderer } = rendering();
    renderer.progress(half);
    await renderer.event(turn({ transcript: "good", words: words("good") }));
    await renderer.event(turn({ transcript: "good morning", words: words("good", "morning") }));
    const bar = `${"━".repeat(15)}${"─".repeat(15)}  0:05 of 0:10`;
    expect(await terminal.lines()).toEqual(["   0:01  good morning", bar]);
    const final = { end_of_turn: true, turn_is_formatted: true, words: words("Good", "morning.") };
    await renderer.event(turn({ transcript: "Good morning.", ...final }));
    await renderer.event(turn({ transcript: "it", turn_order: 1, words: [word("it", 4000)] }));
    expect(await terminal.lines()).toEqual(["   0:01  Good morning.", "   0:04  it", bar]);
    await renderer.end();
    expect(await terminal.lines()).toEqual(["   0:01  Good morning."]);
  });

  it("prints one line for a final that comes unformatted first", async () => {
    const { terminal, renderer } = rendering();
    await renderer.event(turn({ transcript: "good morning", end_of_turn: true }));
    await renderer.event(turn({ transcript: "Good morning.", end_of_turn: true, turn_is_formatted: true }));
    expect(await terminal.lines()).toEqual(["   0:00  Good morning."]);
    await renderer.event(turn({ transcript: "good night", end_of_turn: true, turn_order: 1 }));
    await renderer.end();
    expect(await terminal.lines()).toEqual(["   0:00  Good morning.", "   0:00  good night"]);
  });

  it("does not smear when a partial outgrows the terminal's width, nor when the terminal is narrowed", async () => {
    const { terminal, renderer } = rendering({ columns: 30 });
    const long = "one two three four five six seven eight nine ten eleven twelve";
    renderer.progress(half);
    for (let end = 1; end <= long.length; end++) await renderer.event(turn({ transcript: long.slice(0, end) }));
    expect((await terminal.lines()).slice(0, -1).join("")).toBe(`   0:00  ${long}`);
    await terminal.resize(20);
    await renderer.event(turn({ transcript: "Done.", end_of_turn: true, turn_is_formatted: true }));
    await renderer.end();
    expect(await terminal.lines()).toEqual(["   0:00  Done."]);
  });

  it("prints a notice above what it rewrites", async () => {
    const { terminal, renderer } = rendering();
    renderer.progress({ state: "open", unit: "ms", position: 1000 });
    renderer.notice("warning: this");
    renderer.progress({ state: "open", unit: "ms", position: 2000 });
    expect(await terminal.lines()).toEqual(["voxpipe: warning: this", "0:02 sent"]);
  });

  it("uses colour only where it may", async () => {
    const faint = "\x1b[2m";
    for (const color of [true, false]) {
      const { written, renderer } = rendering({ color });
      await renderer.event(turn({ transcript: "good" }));
      expect(written.join("").includes(faint)).toBe(color);
    }
  });

  it("lets go of the terminal at its end", async () => {
    const { terminal, renderer } = rendering();
    expect(terminal.listenerCount("resize")).toBe(1);
    await renderer.end();
    expect(terminal.listenerCount("resize")).toBe(0);
  });
});
