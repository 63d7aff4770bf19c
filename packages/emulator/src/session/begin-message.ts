import type { Parameters } from "./parameters.ts";
import type { BeginMessage } from "./wire.ts";

/**
 * `Begin`, with the configuration that newer servers report.
 *
 * @param expiresAt Unix seconds
 * @param apiVersion what the client asked for in `AssemblyAI-Version`
 * @param overrides fields of the configuration over the usual ones
 */
export function beginMessage(
  id: string,
  expiresAt: number,
  parameters?: Parameters,
  apiVersion?: string,
  overrides: Readonly<Record<string, unknown>> = {},
): BeginMessage {
  const begin: BeginMessage = { type: "Begin", id, expires_at: expiresAt };
  if (parameters === undefined) return begin;
  const { speech_model, mode, speaker_labels, redact_pii, filter_profanity, domain, voice_focus } = parameters;
  const configuration = {
    model: speech_model,
    mode: mode ?? null,
    api_version: apiVersion ?? "2025-05-12",
    speaker_labels: speaker_labels ?? false,
    redact_pii: redact_pii ?? false,
    filter_profanity: filter_profanity ?? false,
    domain: domain ?? null,
    voice_focus: voice_focus ?? null,
    ...overrides,
  };
  return { ...begin, configuration };
}
