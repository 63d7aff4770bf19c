import { readFileSync, writeFileSync } from "node:fs";
import { needing } from "@voxpipe/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AudioError, openAudioFile } from "../src/index.ts";
import { collect, type MadeFiles, makeFiles, streamOf } from "./made-files.ts";
import { noAudioFiles, promisingFiles } from "./odd-files.ts";

/** `VOXPIPE_WRITE=1 npx vitest run --project rest packages/files/test/damaged-table` writes the table. */
const page = new URL("../damaged-files.md", import.meta.url);
const mark = "<!-- the table is written by test/damaged-table.all.test.ts -->\n\n";
const tenths = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const cutFiles = [
  "speech.wav",
  "speech.aiff",
  "speech.flac",
  "speech.mp3",
  "speech.aac",
  "vorbis.ogg",
  "opus.ogg",
  "opus.webm",
  "live.webm",
  "index-first.m4a",
  "fragments.mp4",
  "index-at-end.m4a",
];

async function read(bytes: Uint8Array<ArrayBuffer>) {
  try {
    const file = await openAudioFile(streamOf(bytes, 20_000));
    const length = (await collect(file.readable)).reduce((sum, chunk) => sum + chunk.length, 0);
    return { length, said: file.warning() ?? "" };
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return { length: 0, said: `\`${error.code}\`: ${error.message}` };
  }
}

const row = (...cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |\n`;
const head = (...cells: readonly string[]) => row(...cells) + row(...cells.map(() => "---"));

async function table(made: MadeFiles): Promise<string> {
  let text = head("cut at", ...tenths.map((tenth) => `${tenth}0 %`), "what is said at 50 %");
  for (const name of cutFiles) {
    const whole = made.get(name);
    const { length } = await read(whole);
    const cuts = [];
    for (const tenth of tenths) cuts.push(await read(whole.slice(0, Math.floor((whole.length * tenth) / 10))));
    text += row(name, ...cuts.map((cut) => Math.round((cut.length / length) * 100)), cuts[4]?.said ?? "");
  }
  text += `\n${head("file", "what is said")}`;
  text += row("speech.flac called speech.mp3", (await read(made.get("speech.flac"))).said || "nothing: it is read");
  for (const [name, bytes] of noAudioFiles) text += row(name, (await read(bytes)).said);
  for (const [name, bytes] of promisingFiles)
    text += row(`${name}: promised, and 1 MB of zeros`, (await read(bytes)).said);
  return text;
}

/** Texts without their figures, and figures: these may differ a little between versions of ffmpeg. */
function parts(text: string) {
  const figure = /\d+(?:\.\d+)?/g;
  return {
    words: text.replace(figure, "0").replace(/ +| ?-{3,} ?/g, " "),
    figures: (text.match(figure) ?? []).map(Number),
  };
}

describe("the page on damaged files", needing("ffmpeg"), () => {
  let made: MadeFiles;
  beforeAll(() => {
    made = makeFiles();
  });
  afterAll(() => made?.[Symbol.dispose]());

  test("has the table of what is read of each and what is said", async () => {
    const [intro = "", written = ""] = readFileSync(page, "utf8").split(mark);
    const now = await table(made);
    if (process.env.VOXPIPE_WRITE) writeFileSync(page, intro + mark + now);
    const expected = parts(process.env.VOXPIPE_WRITE ? now : written);
    const { words, figures } = parts(now);
    expect(words).toBe(expected.words);
    expect(figures).toHaveLength(expected.figures.length);
    for (const [i, figure] of figures.entries())
      expect(Math.abs(figure - (expected.figures[i] ?? 0))).toBeLessThanOrEqual(Math.max(3, figure * 0.03));
  });
});
