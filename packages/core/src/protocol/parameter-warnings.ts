import { piiPolicies } from "./pii-policies.ts";

/** Models without the parameters of the Universal-3 family. Nothing is assumed about a model that is not listed. */
const otherModels: ReadonlySet<unknown> = new Set([
  "universal-streaming-english",
  "universal-streaming-multilingual",
  "whisper-rt",
]);

const universal3Only = [
  "prompt",
  "agentContext",
  "previousContextNTurns",
  "continuousPartials",
  "interruptionDelay",
  "voiceFocus",
  "voiceFocusThreshold",
  "languageCodes",
];

const knownValues: Readonly<Record<string, readonly string[]>> = {
  mode: ["min_latency", "balanced", "max_accuracy"],
  voiceFocus: ["near-field", "far-field"],
  redactPiiSub: ["hash", "entity_name"],
};

const mostLanguages = 10;

/** Returns the known value that was most likely meant. */
export type Nearest = (value: string, known: Iterable<string>) => string | undefined;

/**
 * Warnings about valid parameters that the service ignores or that may surprise, one text for each. A newer service may
 * accept more than this version knows, so nothing is rejected here: everything is sent unchanged.
 *
 * @param nearest an argument, so that this module shares no import with what pages always load.
 */
export function parameterWarnings(parameters: Readonly<Record<string, unknown>>, nearest: Nearest): string[] {
  return [
    ...modelWarnings(parameters),
    ...silenceWarnings(parameters),
    ...languageWarnings(parameters.languageCodes),
    ...valueWarnings(parameters, nearest),
    ...policyWarnings(parameters.redactPiiPolicies, nearest),
  ];
}

function modelWarnings(parameters: Readonly<Record<string, unknown>>): string[] {
  const { speechModel, mode } = parameters;
  if (!otherModels.has(speechModel)) return [];
  const ignored = universal3Only.filter((name) => parameters[name] !== undefined);
  const warnings = ignored.map((name) => `${name} is for Universal-3 models: ${speechModel} ignores it.`);
  if (mode !== undefined)
    warnings.push(`mode is for Universal-3 models: ${speechModel} rejects the session. Leave it out.`);
  return warnings;
}

function silenceWarnings({ mode, ...parameters }: Readonly<Record<string, unknown>>): string[] {
  if (mode === undefined) return [];
  const given = ["minTurnSilence", "maxTurnSilence"].filter((name) => parameters[name] !== undefined);
  return given.map((name) => `${name} overrides what mode ${show(mode)} sets for it. Pass only one of the two.`);
}

function languageWarnings(codes: unknown): string[] {
  if (!Array.isArray(codes)) return [];
  const warnings: string[] = [];
  if (codes.length > mostLanguages)
    warnings.push(`languageCodes has ${codes.length} codes: the service accepts at most ${mostLanguages}.`);
  if (codes.includes("multi") && codes.length > 1)
    warnings.push('languageCodes has "multi" and other codes: the service accepts it only alone.');
  return warnings;
}

function valueWarnings(parameters: Readonly<Record<string, unknown>>, nearest: Nearest): string[] {
  return Object.entries(knownValues).flatMap(([name, known]) => {
    const value = parameters[name];
    if (typeof value !== "string" || known.includes(value)) return [];
    return `${name}: ${show(value)} is not known to this version.${suggestion(nearest(value, known))} It is sent unchanged.`;
  });
}

function policyWarnings(policies: unknown, nearest: Nearest): string[] {
  if (!Array.isArray(policies)) return [];
  const unknown = policies.filter((policy) => !piiPolicies.some((known) => known === policy));
  return unknown.map(
    (policy) =>
      `redactPiiPolicies: ${show(policy)} is not known to this version.${suggestion(nearest(String(policy), piiPolicies))} It is sent unchanged.`,
  );
}

function suggestion(meant: string | undefined): string {
  return meant ? ` Did you mean "${meant}"?` : "";
}

function show(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 80));
}
