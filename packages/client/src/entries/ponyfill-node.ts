import { type BeginEvent, connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { agentFetch, type ConnectOptions, forNode } from "../platforms/node-platform.ts";
import { ponyfillStreams } from "../platforms/ponyfill-streams.ts";
import type { StreamingClientOptions } from "../streaming-client/base-streaming-client.ts";
import { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";
import type { TranscribeSource } from "../transcribe/transcribe-source.ts";
import { type Transcription, transcribeOn } from "../transcribe/transcription.ts";

export type {
  ConnectionAgent,
  ConnectOptions,
  SessionDiagnostics,
  TurnReadDiagnostics,
} from "../platforms/node-platform.ts";
export type { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";
export * from "./shared.ts";

/**
 * Starts a streaming session and returns at once, while it is connecting. Its streams are web-streams-polyfill's.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 * @example
 * const session = connect({ apiKey, sampleRate: 16_000 });
 * for await (const event of session.events) console.log(event);
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(...forNode(options, ponyfillStreams));
}

/**
 * Transcribes audio from its first byte to its last: a file's bytes, a stream, or anything that yields bytes. WAV of any kind
 * is detected and converted; Ogg Opus and AAC are detected and sent unchanged; other bytes are raw samples, and need
 * `sampleRate`. For other files, pass what `openAudioFile()` of `@voxpipe/files` returns.
 *
 * Errors come from the loop, after every event that preceded them: `invalid-audio` for audio that cannot be read,
 * `audio-failed` if the source fails, and those of `connect`. Leaving the loop ends the session.
 *
 * @param options Those of `connect`. `sampleRate` and `encoding` describe raw samples; a WAV file is converted to `sampleRate`
 * (default: its own, between 8000 and 16 000).
 *
 * @example
 * for await (const event of transcribe(createReadStream("speech.wav"), { apiKey })) {
 *   if (event.type === "Turn" && event.end_of_turn) console.log(event.transcript);
 * }
 */
export function transcribe(source: TranscribeSource, options: ConnectOptions): Transcription {
  return transcribeOn(connect, source, options);
}

/** The API of the Python `AsyncStreamingClient`. On servers it also mints tokens. */
export class StreamingClient extends ServerStreamingClient {
  constructor({ agent, ...options }: ConnectOptions & StreamingClientOptions = {}) {
    super(
      options,
      (own) => connect({ agent, ...own }),
      () => agentFetch(agent),
    );
  }

  override connect(params: ConnectOptions = {}): Promise<BeginEvent> {
    return super.connect(params);
  }
}
