import { nearestName } from "../options/nearest-name.ts";

/** Parameters whose values may deserve a warning. */
const checked = ["mode", "voiceFocus", "languageCodes", "redactPiiPolicies", "redactPiiSub"];

/** Models that have all parameters. */
const fullModels = /^(universal-3|u3)/;

/**
 * Warns about valid parameters that the service ignores or that may surprise, once a session for each text. The checks, with all
 * names that they know, are loaded only for parameters that need them; so the warnings come a moment later.
 */
export class ParameterChecks {
  readonly #warnOnce: (topic: string, message: string) => void;

  constructor(warnOnce: (topic: string, message: string) => void) {
    this.#warnOnce = warnOnce;
  }

  /** Resolves when all warnings were given. Never rejects. */
  async check(parameters: Readonly<Record<string, unknown>>): Promise<void> {
    const { speechModel } = parameters;
    const hasAll = speechModel === undefined || fullModels.test(String(speechModel));
    if (hasAll && checked.every((name) => parameters[name] === undefined)) return;
    try {
      const { parameterWarnings } = await import("./parameter-warnings.ts");
      for (const warning of parameterWarnings(parameters, nearestName)) this.#warnOnce(warning, warning);
    } catch (error) {
      const why = error instanceof Error ? `: ${error.message}` : "";
      this.#warnOnce("checks", `The parameters were not checked, because a part of voxpipe was not loaded${why}.`);
    }
  }
}
