import type {
  SharedV4Warning,
  Experimental_TranscriptionModelV4StreamOptions as StreamOptions,
  Experimental_TranscriptionModelV4StreamPart as StreamPart,
  Experimental_TranscriptionModelV4StreamResult as StreamResult,
  TranscriptionModelV4,
  TranscriptionModelV4CallOptions,
  TranscriptionModelV4Result,
} from "@ai-sdk/provider";
import { openAudioFile } from "@voxpipe/files";
import {
  type ConnectOptions,
  type StreamingEvent,
  type TranscribeSource,
  type Transcription,
  transcribe,
} from "voxpipe";
import { bytesOf, describeAudio } from "./input-audio.ts";
import type { VoxpipeProviderSettings } from "./provider.ts";
import { toSdkError } from "./sdk-errors.ts";
import { TranscriptParts } from "./transcript-parts.ts";
import { optionsOf, type VoxpipeTranscriptionModelId } from "./transcription-options.ts";

/** What both kinds of call share. */
type Call = Pick<StreamOptions, "providerOptions" | "abortSignal" | "headers">;

/** A call whose session begins when its events are read. */
interface Started {
  readonly events: Transcription;
  readonly timestamp: Date;
  readonly formatted: boolean;
  readonly url: string;
  readonly signal: AbortSignal | undefined;
}

/** A session of the service as a transcription model of the AI SDK. */
export class VoxpipeTranscriptionModel implements TranscriptionModelV4 {
  readonly specificationVersion = "v4";
  readonly provider = "voxpipe.transcription";
  readonly modelId: string;
  readonly #settings: () => VoxpipeProviderSettings;

  constructor(modelId: VoxpipeTranscriptionModelId, settings: () => VoxpipeProviderSettings) {
    this.modelId = modelId;
    this.#settings = settings;
  }

  /** Throws at once what a session would not begin with; later failures are an `error` part, and the stream's. */
  async doStream(options: StreamOptions): Promise<StreamResult> {
    const { audio, inputAudioFormat, includeRawChunks = false } = options;
    const warnings = warningsOf(options);
    const started = this.#start(() => describeAudio(audio, inputAudioFormat), options, warnings);
    const parts = this.#parts(started, includeRawChunks, warnings);
    const stream = new ReadableStream<StreamPart>(
      {
        async pull(controller) {
          try {
            const { done, value } = await parts.next();
            if (done) controller.close();
            else controller.enqueue(value);
          } catch (error) {
            controller.enqueue({ type: "error", error });
            controller.error(error);
          }
        },
        async cancel() {
          await started.events[Symbol.asyncDispose]();
        },
      },
      { highWaterMark: 0 },
    );
    return { stream, response: { timestamp: started.timestamp, modelId: this.modelId } };
  }

  /** A whole file. The service reads at little more than real time. */
  async doGenerate(options: TranscriptionModelV4CallOptions): Promise<TranscriptionModelV4Result> {
    const warnings = warningsOf(options);
    const bytes = typeof options.audio === "string" ? bytesOf(options.audio) : options.audio;
    const started = this.#start(() => openAudioFile(bytes), options, warnings);
    const transcript = new TranscriptParts(started.formatted);
    try {
      for await (const event of started.events) transcript.push(event);
    } catch (error) {
      throw toSdkError(error, started);
    }
    const { text, segments, words, language, durationInSeconds } = transcript;
    return {
      text,
      segments,
      words,
      language,
      durationInSeconds,
      warnings,
      response: { timestamp: started.timestamp, modelId: this.modelId },
      providerMetadata: { voxpipe: { sessionIds: transcript.sessionIds } },
    };
  }

  #start(source: () => TranscribeSource, call: Call, warnings: SharedV4Warning[]): Started {
    const settings = this.#settings();
    const options: ConnectOptions = {
      ...settings,
      ...optionsOf(call.providerOptions),
      speechModel: this.modelId,
      signal: call.abortSignal,
      onWarning: settings.onWarning ?? ((message) => void warnings.push({ type: "other", message })),
    };
    return {
      events: transcribe(source(), options),
      timestamp: new Date(),
      formatted: options.formatTurns === true,
      url: options.apiHost ?? "wss://streaming.assemblyai.com",
      signal: call.abortSignal,
    };
  }

  async *#parts(started: Started, raw: boolean, warnings: SharedV4Warning[]): AsyncGenerator<StreamPart, void> {
    const transcript = new TranscriptParts(started.formatted);
    let begun = false;
    try {
      for await (const event of started.events) {
        // What `connect` warns of is known by then.
        if (!begun) yield { type: "stream-start", warnings: [...warnings] };
        begun = true;
        if (raw) yield { type: "raw", rawValue: event };
        yield* this.#metadata(event);
        yield* transcript.push(event);
      }
    } catch (error) {
      throw toSdkError(error, started);
    }
    const { text, segments, language, durationInSeconds, sessionIds } = transcript;
    yield {
      type: "finish",
      text,
      segments,
      ...(language !== undefined && { language }),
      ...(durationInSeconds !== undefined && { durationInSeconds }),
      providerMetadata: { voxpipe: { sessionIds } },
    };
  }

  *#metadata(event: StreamingEvent): Generator<StreamPart> {
    if (event.type === "Begin")
      yield { type: "response-metadata", timestamp: new Date(), modelId: this.modelId, body: event };
  }
}

/** A WebSocket of this client sends its own headers. The SDK adds its user agent to every call. */
function warningsOf({ headers = {} }: Call): SharedV4Warning[] {
  const given = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && name.toLowerCase() !== "user-agent",
  );
  if (given.length === 0) return [];
  return [{ type: "unsupported", feature: "headers", details: `Not sent: ${given.map(([name]) => name).join(", ")}.` }];
}
