import { readFileSync } from "node:fs";
import {
  APICallError,
  experimental_streamTranscribe as streamTranscribe,
  experimental_transcribe as transcribe,
} from "ai";
import { createVoxpipe, type VoxpipeTranscriptionOptions } from "../../src/index.ts";

// Runs in Node 22 or later, since `ai` does. Arguments: what to do, and the server's URL. Prints one line of JSON.
const [scenario = "", apiHost = "", file = ""] = process.argv.slice(2);
const voxpipe = createVoxpipe({
  apiHost,
  apiKey: "example",
  pace: false,
  connectionRetryDelay: 1,
  maxConnectionRetries: 0,
});
const model = voxpipe.transcription("universal-streaming-english");

/** Two seconds of s16le at 16 kHz: as loud as voice for one, then silent. */
const pcm = new Uint8Array(64_000).fill(0x20, 0, 32_000);

function chunks(base64: boolean, ends = true, bytes = pcm): ReadableStream<Uint8Array | string> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return ends ? controller.close() : new Promise(() => {});
      const part = bytes.subarray(at, at + 3200);
      controller.enqueue(base64 ? Buffer.from(part).toString("base64") : part);
      at += 3200;
    },
  });
}

const rate = { type: "audio/pcm", rate: 16_000 };

async function stream(options: Partial<Parameters<typeof streamTranscribe>[0]> = {}) {
  const result = streamTranscribe({ model, audio: chunks(false), inputAudioFormat: rate, ...options });
  const parts: unknown[] = [];
  let thrown: unknown;
  try {
    for await (const part of result.fullStream) parts.push(part);
  } catch (error) {
    thrown = error;
  }
  const [text, segments, duration, warnings, language] = await Promise.allSettled([
    result.text,
    result.segments,
    result.durationInSeconds,
    result.warnings,
    result.language,
  ]);
  return {
    parts,
    thrown: shown(thrown),
    text: settled(text),
    segments: settled(segments),
    duration: settled(duration),
    warnings: settled(warnings),
    language: settled(language),
  };
}

function settled(result: PromiseSettledResult<unknown>): unknown {
  return result.status === "fulfilled" ? result.value : { rejected: shown(result.reason) };
}

function shown(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { statusCode, isRetryable, data } = APICallError.isInstance(error) ? error : {};
  return { name: error.name, message: error.message, statusCode, isRetryable, data };
}

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  bytes: () => stream({ includeRawChunks: true }),
  base64: () => stream({ audio: chunks(true) }),
  formatted: () =>
    stream({ providerOptions: { voxpipe: { formatTurns: true } satisfies VoxpipeTranscriptionOptions } }),
  headers: () => stream({ headers: { "x-team": "speech" } }),
  "bad option": () => stream({ providerOptions: { voxpipe: { minTurnSilence: -1 } } }),
  "no rate": () => stream({ inputAudioFormat: { type: "audio/pcm" } }),
  "unknown type": () => stream({ inputAudioFormat: { type: "audio/amr" } }),
  "a-law": () =>
    stream({
      audio: chunks(false, true, new Uint8Array(16_000).fill(0x2a)),
      inputAudioFormat: { type: "audio/pcma", rate: 8000 },
    }),
  "mu-law": () =>
    stream({ audio: chunks(false, true, new Uint8Array(16_000).fill(0x10)), inputAudioFormat: { type: "audio/pcmu" } }),
  file: () => stream({ audio: chunks(true, true, readFileSync(file)), inputAudioFormat: { type: "audio/wav" } }),
  abort: async () => {
    const controller = new AbortController();
    const result = streamTranscribe({
      model,
      audio: chunks(false, false),
      inputAudioFormat: rate,
      abortSignal: controller.signal,
    });
    let thrown: unknown;
    try {
      for await (const part of result.fullStream) if (part.type === "transcript-final") controller.abort();
    } catch (error) {
      thrown = error;
    }
    return { thrown: shown(thrown) };
  },
  generate: async () => {
    const { text, segments, durationInSeconds, responses } = await transcribe({ model, audio: readFileSync(file) });
    return { text, segments, durationInSeconds, modelId: responses[0]?.modelId };
  },
  "generate base64": async () => {
    const { text } = await transcribe({ model, audio: readFileSync(file).toString("base64") });
    return { text };
  },
  "generate refused": () => transcribe({ model, audio: readFileSync(file), maxRetries: 0 }).then(String, shown),
  "generate from text": () =>
    transcribe({ model, audio: new TextEncoder().encode("Dear Sir or Madam"), maxRetries: 0 }).then(String, shown),
  "no key": async () =>
    shown(
      await Promise.resolve()
        .then(() =>
          createVoxpipe()
            .transcription("x")
            .doStream?.({ audio: chunks(false), inputAudioFormat: rate }),
        )
        .catch((error: unknown) => error),
    ),
};

process.on("unhandledRejection", (error) => {
  console.error("unhandled:", error);
  process.exit(99);
});
console.log(JSON.stringify(await scenarios[scenario]?.()));
