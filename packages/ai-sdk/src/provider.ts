import { LoadAPIKeyError, NoSuchModelError, type TranscriptionModelV4 } from "@ai-sdk/provider";
import type { ConnectOptions } from "voxpipe";
import { VoxpipeTranscriptionModel } from "./transcription-model.ts";
import type { VoxpipeTranscriptionModelId } from "./transcription-options.ts";

/** Every option of `connect` as a default of all models: `apiKey`, `token`, `apiHost`, `agent`, `formatTurns`, … */
export type VoxpipeProviderSettings = Omit<ConnectOptions, "signal" | "speechModel" | "encoding" | "sampleRate">;

/** A provider of the AI SDK. */
export interface VoxpipeProvider {
  readonly specificationVersion: "v4";
  /** A model that transcribes, streaming (`experimental_streamTranscribe`) and whole files (`transcribe`). */
  transcription(modelId: VoxpipeTranscriptionModelId): TranscriptionModelV4;
  transcriptionModel(modelId: VoxpipeTranscriptionModelId): TranscriptionModelV4;
  /** @throws NoSuchModelError There are none. */
  languageModel(modelId: string): never;
  /** @throws NoSuchModelError There are none. */
  embeddingModel(modelId: string): never;
  /** @throws NoSuchModelError There are none. */
  imageModel(modelId: string): never;
}

/**
 * @param settings Without `apiKey` and `token`, the environment variable `ASSEMBLYAI_API_KEY` is used, read when a model is.
 *
 * @example
 * const voxpipe = createVoxpipe({ apiHost: "streaming.eu.assemblyai.com" });
 * const { fullStream } = experimental_streamTranscribe({ model: voxpipe.transcription("universal-3-5-pro"), … });
 */
export function createVoxpipe(settings: VoxpipeProviderSettings = {}): VoxpipeProvider {
  const transcription = (modelId: VoxpipeTranscriptionModelId) =>
    new VoxpipeTranscriptionModel(modelId, () => withCredentials(settings));
  const none = (modelType: "languageModel" | "embeddingModel" | "imageModel") => (modelId: string) => {
    throw new NoSuchModelError({ modelId, modelType });
  };
  return {
    specificationVersion: "v4",
    transcription,
    transcriptionModel: transcription,
    languageModel: none("languageModel"),
    embeddingModel: none("embeddingModel"),
    imageModel: none("imageModel"),
  };
}

/** The provider with its defaults: the key in `ASSEMBLYAI_API_KEY`, the service's global host. */
export const voxpipe: VoxpipeProvider = createVoxpipe();

function withCredentials(settings: VoxpipeProviderSettings): VoxpipeProviderSettings {
  if (settings.apiKey !== undefined || settings.token !== undefined) return settings;
  // A self-hosted service may need none.
  if (settings.apiHost?.startsWith("ws://")) return settings;
  const apiKey = globalThis.process?.env?.ASSEMBLYAI_API_KEY;
  if (!apiKey)
    throw new LoadAPIKeyError({
      message:
        "No API key. Set the environment variable ASSEMBLYAI_API_KEY, or pass apiKey or token to createVoxpipe().",
    });
  return { ...settings, apiKey };
}
