import { type FakeMicrophones, fakeMicrophones } from "@voxpipe/microphone/testing";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { createTranscriber, type Transcriber } from "@voxpipe/transcriber";

export interface Kit extends AsyncDisposable {
  readonly fake: FakeMicrophones;
  readonly transcriber: Transcriber;
}

/** A transcriber between a microphone that speaks for 30 s, ten times as fast as people do, and a real server. */
export async function startKit(): Promise<Kit> {
  const emulator = await startEmulator();
  const audio = Int16Array.from({ length: 16_000 * 30 }, (_, i) => 8_000 * Math.sin(i / 5));
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms / 10));
  const fake = fakeMicrophones({ audio, after: "silence", wait });
  const transcriber = createTranscriber({
    apiHost: emulator.url,
    apiKey: "example",
    pace: false,
    onWarning: () => {},
    microphones: fake,
  });
  return {
    fake,
    transcriber,
    async [Symbol.asyncDispose]() {
      transcriber.abort();
      await emulator.close();
    },
  };
}
