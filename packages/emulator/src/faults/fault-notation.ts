import { EmulatorError } from "../emulator-error.ts";
import type { Fault } from "./fault.ts";
import { checkFaults } from "./fault-schema.ts";

/**
 * Parses faults in one line, for URLs and command lines: `when:do`, separated by commas.
 *
 * ```
 * connect:refuse=503            audio=1200:drop              final:close=1011
 * open:delay=12000              chance=0.01@7:reset          terminate:no-termination
 * begin:drip=16@20              after=5000:error=3005        messages=20:stall=3000
 * token:refuse=429              connect=0.3@7:refuse=503     open:refuse-used-token
 * ```
 *
 * A number after a moment without one of its own is the probability of the fault, and its seed. Everything else can be written
 * as JSON: a list of faults as in code.
 *
 * ```
 * [{"when":{"audioMs":1200},"do":{"error":3005,"typed":false,"close":false},"times":1}]
 * ```
 *
 * @throws EmulatorError `invalid-options`
 */
export function parseFaults(text: string): Fault[] {
  return checkFaults(text.startsWith("[") ? parseList(text) : text.split(",").map(parseFault));
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EmulatorError("invalid-options", `"${text}" is neither \`when:do\` nor a JSON list of faults.`, {
      cause,
    });
  }
}

function parseFault(text: string): unknown {
  const [when, action, ...rest] = text.split(":");
  if (!when || !action || rest.length > 0)
    throw new EmulatorError(
      "invalid-options",
      `"${text}" is not a fault: write \`when:do\`, such as \`audio=1200:drop\`.`,
    );
  const doing = term(action, actions, text);
  const [moment = "", odds] = when.split("=");
  if (odds === undefined || Object.hasOwn(moments, moment)) return { when: term(when, moments, text), do: doing };
  return { when: moment, do: doing, ...numbered("chance", odds, moments, text) };
}

/** What a term's numbers are called where it has some: `name=first@second`. */
type Names = Readonly<Record<string, readonly [key: string, second?: string]>>;

const moments: Names = {
  audio: ["audioMs"],
  messages: ["messages"],
  partials: ["partials"],
  finals: ["finals"],
  after: ["afterMs"],
  chance: ["chance", "seed"],
};

const actions: Names = {
  refuse: ["refuse"],
  delay: ["delay"],
  stall: ["stall"],
  close: ["close"],
  error: ["error"],
  drip: ["drip", "everyMs"],
};

function term(text: string, names: Names, whole: string): unknown {
  const [name = "", values] = text.split("=");
  return values === undefined ? name : numbered(name, values, names, whole);
}

function numbered(name: string, values: string, names: Names, whole: string): Readonly<Record<string, unknown>> {
  const [key, second] = Object.hasOwn(names, name) ? (names[name] ?? []) : [];
  const numbers = values.split("@").map((value) => (value.trim() === "" ? Number.NaN : Number(value)));
  if (key === undefined || numbers.some(Number.isNaN) || numbers.length > (second === undefined ? 1 : 2)) {
    const known = Object.keys(names).join(", ");
    throw new EmulatorError(
      "invalid-options",
      `"${name}=${values}" in "${whole}" cannot be parsed: write \`name=number\` with ${known}.`,
    );
  }
  const [first, other] = numbers;
  return { [key]: first, ...(second !== undefined && other !== undefined && { [second]: other }) };
}
