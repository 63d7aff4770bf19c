import type { ObservedSession } from "../observation/observed-session.ts";
import { seededRandom } from "../seeded-random.ts";
import type { Fault, HandshakeAction, Moment, SessionAction } from "./fault.ts";

/** The progress of a session. */
export interface Progress {
  readonly audioMs: number;
  readonly messages: number;
  readonly partials: number;
  readonly finals: number;
}

/** The points of a session at which faults are checked. */
export type Point = "open" | "begin" | "partial" | "final" | "received" | "terminate";

interface Entry {
  readonly fault: Fault;
  happened: number;
  /** Requests for a token that looked at it. */
  asked: number;
}

/** The faults of an emulator, and how often each has happened. */
export class FaultPlan {
  #entries: Entry[] = [];

  constructor(faults: readonly Fault[]) {
    this.add(faults);
  }

  get faults(): Fault[] {
    return this.#entries.map(({ fault }) => fault);
  }

  /** Adds faults for future sessions. */
  add(faults: readonly Fault[]): void {
    this.#entries.push(...faults.map(newEntry));
  }

  /** Removes all faults for future sessions. */
  clear(): void {
    this.#entries = [];
  }

  /**
   * The fault of a token request.
   *
   * @param extra faults of this request only
   */
  tokenRequest(extra: readonly Fault[]): HandshakeAction[] {
    return [...this.#entries, ...extra.map(newEntry)].flatMap((entry) => {
      const { fault } = entry;
      if (fault.when !== "token" || !drawn(fault, entry.asked++)) return [];
      if (entry.happened >= (fault.times ?? Number.POSITIVE_INFINITY)) return [];
      entry.happened++;
      return [fault.do];
    });
  }

  /**
   * One session's faults.
   *
   * @param extra faults of this session only
   */
  watch(session: ObservedSession, extra: readonly Fault[]): FaultWatch {
    return new FaultWatch([...this.#entries, ...extra.map(newEntry)], session);
  }
}

function newEntry(fault: Fault): Entry {
  return { fault, happened: 0, asked: 0 };
}

/** Whether a fault with a probability happens this time. */
function drawn({ chance, seed = 0 }: Fault, time: number): boolean {
  return chance === undefined || randomOf(seed, time)() < chance;
}

/** The random values of a seed in one session, or for one request. */
function randomOf(seed: number, time: number): () => number {
  return seededRandom(seed * 65_537 + time);
}

/** One session's view of the plan: which faults are due, each once. */
export class FaultWatch {
  readonly #session: ObservedSession;
  readonly #pending: Set<Entry>;
  readonly #draws = new Map<Entry, () => number>();

  constructor(entries: readonly Entry[], session: ObservedSession) {
    this.#session = session;
    this.#pending = new Set(entries.filter(({ fault }) => fault.when === "token" || drawn(fault, session.index)));
  }

  /** The fault before HTTP 101. */
  handshake(): HandshakeAction[] {
    return this.#due(({ fault }) => (fault.when === "connect" ? fault.do : undefined));
  }

  /** The fault that refuses a used token, if credentials are checked before HTTP 101. */
  tokenRefusals(): SessionAction[] {
    return this.#due(({ fault }) => (fault.do === "refuse-used-token" ? fault.do : undefined));
  }

  /** The faults at this point of the session. */
  at(point: Point, progress: Progress): SessionAction[] {
    if (this.#pending.size === 0) return [];
    return this.#due((entry) => {
      const { fault } = entry;
      if (fault.when === "connect" || fault.when === "token" || !this.#reached(entry, fault.when, point, progress))
        return undefined;
      return fault.do;
    });
  }

  /** Calls `schedule` for each fault that happens at a time; `take` then gives its action, unless it was used up. */
  timed(schedule: (afterMs: number, take: () => SessionAction[]) => void): void {
    for (const { fault } of this.#pending) {
      if (
        fault.when === "connect" ||
        fault.when === "token" ||
        typeof fault.when === "string" ||
        !("afterMs" in fault.when)
      )
        continue;
      const { do: action, when } = fault;
      schedule(when.afterMs, () => this.#due((other) => (other.fault === fault ? action : undefined)));
    }
  }

  #due<Action>(action: (entry: Entry) => Action | undefined): Action[] {
    const due: Action[] = [];
    for (const entry of this.#pending) {
      const chosen = action(entry);
      if (chosen === undefined || !this.#concerned(entry)) continue;
      this.#pending.delete(entry);
      entry.happened++;
      due.push(chosen);
    }
    return due;
  }

  #concerned({ fault, happened }: Entry): boolean {
    if (fault.when === "token" || happened >= (fault.times ?? Number.POSITIVE_INFINITY)) return false;
    if (typeof fault.session === "function") return fault.session(this.#session);
    return fault.session === undefined || fault.session === this.#session.index;
  }

  #reached(entry: Entry, when: Moment, point: Point, progress: Progress): boolean {
    if (typeof when === "string") return when === point;
    if ("partials" in when) return point === "partial" && progress.partials >= when.partials;
    if ("finals" in when) return point === "final" && progress.finals >= when.finals;
    if (point !== "received") return false;
    if ("audioMs" in when) return progress.audioMs >= when.audioMs;
    if ("messages" in when) return progress.messages >= when.messages;
    return "chance" in when && this.#draw(entry, when.seed ?? 0) < when.chance;
  }

  #draw(entry: Entry, seed: number): number {
    let draw = this.#draws.get(entry);
    if (draw === undefined) {
      draw = randomOf(seed, this.#session.index);
      this.#draws.set(entry, draw);
    }
    return draw();
  }
}
