import { describe, expect, it } from "vitest";
import { LiveBlock } from "./live-block.ts";
import { TestTerminal } from "./terminal.fixture.ts";

describe("LiveBlock", () => {
  it("rewrites its lines in place as they grow and shrink", async () => {
    const terminal = new TestTerminal(20);
    const block = new LiveBlock(terminal);
    block.show("one\nprogress");
    block.show("one two three four five six\nprogress");
    expect(await terminal.lines()).toEqual(["one two three four ", "five six", "progress"]);
    block.show("seven\nprogress");
    expect(await terminal.lines()).toEqual(["seven", "progress"]);
    block.show("");
    expect(await terminal.lines()).toEqual([]);
  });

  it("keeps lasting lines above it, also those wider than the terminal", async () => {
    const terminal = new TestTerminal(20);
    const block = new LiveBlock(terminal);
    block.show("partial\nprogress");
    block.show("next\nprogress", "A final line that is wider than this terminal.");
    block.show("next one\nprogress");
    expect(await terminal.lines()).toEqual(["A final line that is wider than this terminal.", "next one", "progress"]);
  });

  it("counts wide characters as two cells", async () => {
    const terminal = new TestTerminal(10);
    const block = new LiveBlock(terminal);
    block.show("音声認識音声認識");
    block.show("終");
    expect(await terminal.lines()).toEqual(["終"]);
  });

  it("leaves nothing behind when a line fills the terminal exactly", async () => {
    const terminal = new TestTerminal(10);
    const block = new LiveBlock(terminal);
    block.show("0123456789");
    block.show("x");
    expect(await terminal.lines()).toEqual(["x"]);
  });

  it("leaves nothing behind when the terminal is narrowed or widened", async () => {
    const terminal = new TestTerminal(40);
    const block = new LiveBlock(terminal);
    block.show("next", "kept");
    const text = "a partial of nearly forty characters now\nprogress";
    block.show(text);
    await terminal.resize(15);
    block.redraw(text);
    expect((await terminal.lines()).join("|")).toBe("kept|a partial of |nearly forty |characters now|progress");
    await terminal.resize(60);
    block.redraw(text);
    expect(await terminal.lines()).toEqual(["kept", "a partial of nearly forty characters now", "progress"]);
  });

  it("shows the end of a block that is taller than the terminal, and still erases all of it", async () => {
    const terminal = new TestTerminal(10, 4);
    const block = new LiveBlock(terminal);
    block.show("line1\nline2\nline3\nline4\nline5");
    expect(await terminal.lines()).toEqual(["line3", "line4", "line5"]);
    block.show("done");
    expect(await terminal.lines()).toEqual(["done"]);
  });

  it("writes nothing when nothing changed", () => {
    const written: string[] = [];
    const block = new LiveBlock({ columns: 20, rows: 5, write: (text) => written.push(text) });
    block.show("same");
    block.show("same");
    expect(written).toHaveLength(1);
  });

  it("uses 80 columns if the terminal does not report its width", () => {
    expect(new LiveBlock({ columns: 0, write: () => {} }).columns).toBe(80);
  });
});
