import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { recorded, toneSamples, toneSpeech } from "../no-loss/tone-speech.ts";

/**
 * Writes the encoded speech of `test/no-loss/fixtures` again, with ffmpeg. From Node 22.6 on:
 * `node --experimental-strip-types packages/client/test/programs/encode-tones.ts`.
 */
const input = Buffer.from(toneSamples(toneSpeech(recorded.seed, recorded.durationMs), recorded.seed).buffer);
const raw = ["-loglevel", "error", "-y", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "-", "-map_metadata", "-1"];
const codecs = {
  "tones.ogg": ["-c:a", "libopus", "-b:a", "16k", "-frame_duration", "20", "-application", "voip"],
  "tones.aac": ["-c:a", "aac", "-b:a", "24k", "-f", "adts"],
};
for (const [name, codec] of Object.entries(codecs)) {
  const file = fileURLToPath(new URL(`../no-loss/fixtures/${name}`, import.meta.url));
  execFileSync("ffmpeg", [...raw, ...codec, file], { input });
}
