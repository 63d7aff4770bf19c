import * as v from "valibot";
import { wireName } from "./parameters.ts";

export interface Collapsed {
  /** The options, with what `extraParams` held under a name that is known. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What is left: parameters that this version does not know. */
  readonly extra: unknown;
  /** A line for each name that cannot be a parameter of the service. */
  readonly problems: readonly string[];
}

export interface KnownNames {
  /** Parameters of the service, deprecated ones too, by their names as options. */
  readonly parameters: Readonly<Record<string, v.GenericSchema>>;
  /** Options that concern the client alone. */
  readonly own: readonly string[];
}

/**
 * Moves what `extraParams` gives under a known name, as an option or as on the wire, to that option: only so is it checked,
 * and known to the client as well. An option that is given itself wins.
 */
export function collapseExtraParams(
  given: Readonly<Record<string, unknown>>,
  known: KnownNames,
  warn: (message: string) => void,
): Collapsed {
  const { extraParams: extra } = given;
  if (typeof extra !== "object" || extra === null) return { options: given, extra, problems: [] };
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
          ? `${name} in extraParams is ignored, since the option ${parameter} is given.`
          : `${name} in extraParams is used as the option ${parameter}: give it there.`,
      );
      if (!taken) options[parameter] = readText(value, known.parameters[parameter]);
    } else if (own === undefined) rest[name] = value;
    else problems.push(`extraParams.${name}: not a parameter of the service. Give ${own} beside extraParams.`);
  }
  return { options, extra: rest, problems };
}

/** Parameters often come as text, as on the wire: `"300"`, `"true"`, `'["a"]'`. */
function readText(value: unknown, schema: v.GenericSchema | undefined): unknown {
  if (typeof value !== "string" || !schema || v.safeParse(schema, value).success) return value;
  try {
    const read: unknown = JSON.parse(/^(true|false)$/i.test(value) ? value.toLowerCase() : value);
    return v.safeParse(schema, read).success ? read : value;
  } catch {
    return value;
  }
}
