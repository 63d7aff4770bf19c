import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { expect } from "vitest";
import { transcribe } from "voxpipe";
import { countWordErrors } from "../../packages/cli/src/demo/word-error-rate.ts";
import { openAudioFile } from "../../packages/files/src/index.ts";
import { root } from "../workspace.ts";
import { evaluate } from "./launch/test-page.ts";
import { inEveryBrowser } from "./matrix/behaviours.ts";

const folder = join(root, "packages/recognizer/sample");
/** Seconds of the sample that are played: two sentences, of which the first ends at 5.0 and the second begins at 7.4. */
const played = 12;

inEveryBrowser("recordings of MediaRecorder", ({ name, launch, behaviour }) => {
  behaviour("speech is transcribed, also from a recording that was cut in the middle", async () => {
    const [first = "", second = ""] = (await readFile(join(folder, "reference.txt"), "utf8")).split("\n");
    const recorded = await record((await firstSeconds()).toString("base64"));
    await using emulator = await startEmulator({ engine: recognizer() });
    const whole = await readOut(emulator.url, recorded);
    const { words, errors } = countWordErrors(`${first} ${second}`, whole.text);
    console.info(`${name}: ${whole.format} with ${whole.encoding}, ${errors} of ${words} words wrong`);
    expect(errors / words, whole.text).toBeLessThanOrEqual(0.15);
    const half = await readOut(emulator.url, recorded.subarray(0, recorded.length / 2));
    // The cut is somewhere between the sentences, since silence takes few bytes; Firefox's pages have up to two seconds.
    // On a busy machine the sound breaks off for moments, and a word of the recording may be another one.
    expect(beginning(half.text)).toEqual(beginning(whole.text));
    expect(half.text).not.toMatch(/mountains/);
  });

  /** The bytes of a recording that the browser made while it played the sample. */
  async function record(wav: string): Promise<Uint8Array<ArrayBuffer>> {
    await using browser = await launch();
    await using page = await browser.newPage();
    await page.goto("data:text/html,<button>Record</button>");
    // Without a visitor's click, browsers make no sound.
    await page.click("button");
    const text = await evaluate(
      page,
      async (wav) => {
        const context = new AudioContext();
        const bytes = Uint8Array.from(atob(wav), (letter) => letter.charCodeAt(0));
        const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(bytes.buffer) });
        const stream = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
        source.connect(stream);
        const recorder = new MediaRecorder(stream.stream);
        const parts: Blob[] = [];
        recorder.ondataavailable = ({ data }) => parts.push(data);
        const stopped = new Promise((resolve) => {
          recorder.onstop = resolve;
        });
        source.onended = () => recorder.stop();
        await context.resume();
        // As a page that uploads while it records.
        recorder.start(1000);
        source.start();
        await stopped;
        const recorded = new Uint8Array(await new Blob(parts).arrayBuffer());
        let letters = "";
        for (const byte of recorded) letters += String.fromCharCode(byte);
        return btoa(letters);
      },
      wav,
    );
    return new Uint8Array(Buffer.from(text, "base64"));
  }
});

/** The sample's first seconds, as WAV: a header that promises more than there is would do in no browser. */
async function firstSeconds(): Promise<Buffer> {
  const sample = await readFile(join(folder, "sample.wav"));
  const bytes = played * 32_000;
  const wav = sample.subarray(0, 44 + bytes);
  wav.writeUInt32LE(36 + bytes, 4);
  wav.writeUInt32LE(bytes, 40);
  return wav;
}

async function readOut(apiHost: string, recorded: Uint8Array<ArrayBuffer>) {
  const file = await openAudioFile(recorded);
  const said: string[] = [];
  const patience = { connectTimeout: 120_000, terminationTimeout: 120_000, pace: false } as const;
  const options = { apiHost, apiKey: "example-key", formatTurns: false, onWarning: () => {}, ...patience };
  for await (const event of transcribe(file, options))
    if (event.type === "Turn" && event.end_of_turn) said.push(event.transcript);
  return { text: said.join(" "), format: file.format, encoding: file.encoding };
}

/** The first six words. */
function beginning(text: string): string[] {
  const words = text.toLowerCase().match(/\w+/g) ?? [];
  expect(words.length).toBeGreaterThanOrEqual(6);
  return words.slice(0, 6);
}
