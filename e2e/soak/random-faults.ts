import type { Fault, HandshakeAction, SessionAction } from "@voxpipe/emulator";
import type { Random } from "../../packages/testing/src/random.ts";

type SessionFault = Exclude<Fault, { when: "connect" | "token" }>;

const unusual: readonly unknown[] = ["", null, [], { type: "Begin" }, { type: "Warning", warning: "soon" }];

/** Every way in which the emulator can misbehave in a session. */
const sessionActions: readonly [string, (random: Random) => SessionAction][] = [
  ["drop", () => "drop"],
  ["reset", () => "reset"],
  ["hang", () => "hang"],
  ["stall", () => "stall"],
  ["half-open", () => "half-open"],
  ["no-termination", () => "no-termination"],
  ["too-many-sessions", () => "too-many-sessions"],
  ["duplicate-final", () => "duplicate-final"],
  ["unknown-fields", () => "unknown-fields"],
  ["invalid-json", () => "invalid-json"],
  ["unknown-message", () => "unknown-message"],
  ["schema-violation", () => "schema-violation"],
  ["expire", () => "expire"],
  ["close", (random) => ({ close: random.pick([1000, 1001, 1005, 1008, 1011, 1013, 3005, 4031, 65_535]) })],
  ["error", (random) => ({ error: random.pick([1008, 1011, 3005, 3006, 3007, 3008, 3009]) })],
  ["untyped error", (random) => ({ error: random.pick([3005, 3006]), typed: false })],
  ["error, no close", (random) => ({ error: random.pick([3005, 3006]), close: false })],
  ["error, close 1000", () => ({ error: 3005, close: 1000 })],
  ["send", (random) => ({ send: pick(random, unusual) })],
  ["delay", (random) => ({ delay: random.between(20, 1000) })],
  ["stall for a while", (random) => ({ stall: random.between(20, 1000) })],
  ["drip", (random) => ({ drip: random.between(8, 64), everyMs: 1 })],
];

const handshakeActions: readonly [string, (random: Random) => HandshakeAction][] = [
  ["hang", () => "hang"],
  ["drop", () => "drop"],
  ["reset", () => "reset"],
  ["refuse", (random) => ({ refuse: random.pick([401, 403, 404, 429, 500, 502, 503, 504]) })],
  ["delay", (random) => ({ delay: random.between(20, 500) })],
];

export interface ChosenFaults {
  readonly faults: Fault[];
  /** For the table: `moment:action`, or `none`. */
  readonly name: string;
  readonly usesToken: boolean;
}

/** One fault, or none, or two; met by one connection or by all. */
export function randomFaults(random: Random): ChosenFaults {
  const count = random.pick([0, 1, 1, 1, 1, 2]);
  const chosen = Array.from({ length: count }, () => randomFault(random));
  return {
    faults: chosen.map(({ fault }) => fault),
    name: chosen.map(({ name }) => name).join(" + ") || "none",
    usesToken: random.next() < 0.2 || chosen.some(({ fault }) => fault.when === "token" || refusesToken(fault)),
  };
}

function refusesToken(fault: Fault): boolean {
  return fault.do === "refuse-used-token";
}

function randomFault(random: Random): { fault: Fault; name: string } {
  const scope = random.pick([{ session: 0 }, { session: 0 }, { session: 1 }, {}]);
  const kind = random.next();
  if (kind < 0.08) {
    const [name, make] = pick(random, handshakeActions);
    return { fault: { when: "token", do: make(random), times: random.between(1, 3) }, name: `token:${name}` };
  }
  if (kind < 0.18) {
    const [name, make] = pick(random, handshakeActions);
    return { fault: { when: "connect", do: make(random), ...scope }, name: `connect:${name}` };
  }
  if (kind < 0.2) return { fault: { when: "open", do: "refuse-used-token" }, name: "open:refuse-used-token" };
  const [name, make] = pick(random, sessionActions);
  const [moment, when] = randomMoment(random);
  return { fault: { when, do: make(random), ...scope }, name: `${moment}:${name}` };
}

function randomMoment(random: Random): [string, SessionFault["when"]] {
  const name = random.pick([
    "open",
    "begin",
    "partial",
    "final",
    "terminate",
    "terminate",
    "audio",
    "audio",
    "messages",
    "after",
    "chance",
  ]);
  if (name === "audio") return [name, { audioMs: random.between(50, 3000) }];
  if (name === "messages") return [name, { messages: random.between(1, 60) }];
  if (name === "after") return [name, { afterMs: random.between(1, 2000) }];
  if (name === "chance") return [name, { chance: 0.03, seed: random.between(0, 1_000_000) }];
  return [name, name];
}

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[random.between(0, values.length - 1)];
  if (value === undefined) throw new RangeError("There is nothing to pick.");
  return value;
}
