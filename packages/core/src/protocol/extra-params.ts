import { type Expected, isObject } from "../options/expected.ts";
import { wireName } from "./parameters.ts";

export interface Collapsed {
  /** The options, including what `extraParams` has under known names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The rest: parameters that this version does not know. */
  readonly extra: unknown;
  /** A line for each name that cannot be a parameter of the service. */
  readonly problems: readonly string[];
}

export interface KnownNames {
  /** Parameters of the service, including deprecated ones, by their option names. */
  readonly parameters: Readonly<Record<string, Expected>>;
  /** Options that concern the client alone. */
  readonly own: readonly string[];
}

/**
 * Moves known parameters from `extraParams` (under their option name or wire name) to their option, so that they are checked
 * and known to the client. An option that is also given directly has priority.
 */
export function collapseExtraParams(
  given: Readonly<Record<string, unknown>>,
  known: KnownNames,
  warn: (message: string) => void,
): Collapsed {
  const { extraParams: extra } = given;
  if (!isObject(extra)) return { options: given, extra, problems: [] };
  const options: Record<string, unknown> = { ...given };
  const rest: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(extra)) {
    const parameter = Object.keys(known.parameters).find((option) => option === name || wireName(option) === name);
    const own = known.own.find((option) => option === name || wireName(option) === name);
    if (value === undefined || value === null) continue;
    if (parameter !== undefined) {
      const taken = options[parameter] !== undefined;
      warn(
        taken
          ? `${name} in extraParams is ignored, because the option ${parameter} is given.`
          : `${name} in extraParams is used as the option ${parameter}: pass that option instead.`,
      );
      if (!taken) options[parameter] = readText(value, known.parameters[parameter]);
    } else if (own === undefined) rest[name] = value;
    else
      problems.push(
        `extraParams.${name}: not a parameter of the service. Pass ${own} as an option, outside of extraParams.`,
      );
  }
  return { options, extra: rest, problems };
}

/** Parses values that are text, as on the wire: `"300"`, `"true"`, `'["a"]'`. */
function readText(value: unknown, expected: Expected | undefined): unknown {
  const fits = (one: unknown): boolean => expected?.fits(one) ?? true;
  if (typeof value !== "string" || fits(value)) return value;
  try {
    const read: unknown = JSON.parse(/^(true|false)$/i.test(value) ? value.toLowerCase() : value);
    return fits(read) ? read : value;
  } catch {
    return value;
  }
}
