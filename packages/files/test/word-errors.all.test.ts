import { readFileSync } from "node:fs";
import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { needing } from "@voxpipe/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transcribe } from "voxpipe";
import { countWordErrors } from "../../cli/src/demo/word-error-rate.ts";
import { recognizer } from "../../recognizer/src/index.ts";
import { openAudioFile } from "../src/index.ts";
import { type MadeFiles, makeFiles } from "./made-files.ts";

const reference = readFileSync(new URL("../../recognizer/sample/reference.txt", import.meta.url), "utf8");

/** One for each way through the package; with VOXPIPE_FORMATS=all, every container. */
const some = ["speech.wav", "speech.mp3", "speech.flac", "vorbis.ogg", "opus.ogg", "opus.webm", "index-first.m4a"];
const more = ["speech.aiff", "stereo-44100.flac", "stereo-44100.mp3", "flac.ogg", "live.webm", "opus.mka", "opus.mp4"];
const rest = ["pcm.mka", "index-at-end.m4a", "fragments.mp4", "speech.mov", "speech.aac"];
const names = process.env.VOXPIPE_FORMATS === "all" ? [...some, ...more, ...rest] : some;

describe("the sample in every format, transcribed by the recogniser", needing("ffmpeg"), () => {
  let made: MadeFiles;
  let emulator: Emulator;
  beforeAll(async () => {
    made = makeFiles();
    // Closes its engine.
    emulator = await startEmulator({ engine: recognizer() });
  });
  afterAll(async () => {
    made?.[Symbol.dispose]();
    await emulator?.close();
  });

  test.each(names)("%s: at most one word in ten is wrong", async (name) => {
    const file = await openAudioFile(made.get(name));
    const said: string[] = [];
    // Recognition on a busy machine takes long.
    const patience = { connectTimeout: 120_000, terminationTimeout: 120_000, pace: false } as const;
    const options = { apiHost: emulator.url, apiKey: "example-key", formatTurns: false, ...patience };
    for await (const event of transcribe(file, options))
      if (event.type === "Turn" && event.end_of_turn) said.push(event.transcript);
    const { words, errors } = countWordErrors(reference, said.join(" "));
    console.log(`${name.padEnd(20)} ${file.encoding.padEnd(10)} ${errors} of ${words} words wrong`);
    expect(errors / words).toBeLessThanOrEqual(0.1);
  });
});
