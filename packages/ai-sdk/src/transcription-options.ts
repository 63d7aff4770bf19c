import type { JSONObject } from "@ai-sdk/provider";
import type { ConnectOptions, SpeechModel } from "voxpipe";

/** The service's streaming models. */
export type VoxpipeTranscriptionModelId = SpeechModel;

/** Those that the AI SDK gives in its own way, and those that are no JSON. */
type NotHere =
  | "apiKey"
  | "token"
  | "apiHost"
  | "agent"
  | "signal"
  | "onWarning"
  | "speechModel"
  | "encoding"
  | "sampleRate";

/**
 * `providerOptions.voxpipe`: every option of `connect` that is JSON (`formatTurns`, `keytermsPrompt`, `languageCodes`, `pace`,
 * `reconnect`, …), under the same names.
 *
 * @example providerOptions: { voxpipe: { formatTurns: true } satisfies VoxpipeTranscriptionOptions }
 */
export type VoxpipeTranscriptionOptions = Omit<ConnectOptions, NotHere>;

/** What `providerOptions` hold for this provider. `connect` checks names and values. */
export function optionsOf(
  providerOptions: Readonly<Record<string, JSONObject>> | undefined,
): VoxpipeTranscriptionOptions {
  const { apiKey, token, apiHost, agent, signal, onWarning, speechModel, encoding, sampleRate, ...options } =
    providerOptions?.voxpipe ?? {};
  return options;
}
