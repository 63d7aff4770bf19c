import type { ShownTurn } from "./renderer.ts";

/**
 * Finds the one final form of each turn. A newer service sends a single final Turn; an older one, with formatting on, sends
 * an unformatted final and then the formatted one for the same `turn_order` (protocol section 4). So an unformatted final
 * waits until its formatted form arrives, or until another turn or the end shows that it will not.
 */
export class FinalTurns {
  readonly #formats: boolean;
  #waiting: ShownTurn | undefined;
  #lastPrinted = -1;

  /** `formats`: whether formatted finals were requested. */
  constructor(formats: boolean) {
    this.#formats = formats;
  }

  /** Takes the next Turn and returns the turns that it completes: none, one or two. Leaves out empty turns. */
  accept(turn: ShownTurn): ShownTurn[] {
    const completed: ShownTurn[] = [];
    if (this.#waiting !== undefined && this.#waiting.turn_order !== turn.turn_order) completed.push(...this.flush());
    if (!turn.end_of_turn || this.printed(turn)) return completed;
    this.#waiting = turn;
    if (turn.turn_is_formatted || !this.#formats) completed.push(...this.flush());
    return completed;
  }

  /** Whether the turn's final form has already been returned: more of it is a repetition. */
  printed(turn: ShownTurn): boolean {
    return turn.turn_order <= this.#lastPrinted;
  }

  /** The final that still waits for its formatted form, when none will come. */
  flush(): ShownTurn[] {
    const turn = this.#waiting;
    this.#waiting = undefined;
    if (turn === undefined) return [];
    this.#lastPrinted = turn.turn_order;
    return turn.transcript.trim() === "" ? [] : [turn];
  }
}

/** The same for several channels, whose turns are open at the same time. */
export class FinalTurnsOfChannels {
  readonly #formats: boolean;
  readonly #channels = new Map<string | undefined, FinalTurns>();

  constructor(formats: boolean) {
    this.#formats = formats;
  }

  accept(turn: ShownTurn): ShownTurn[] {
    return this.#of(turn).accept(turn);
  }

  printed(turn: ShownTurn): boolean {
    return this.#of(turn).printed(turn);
  }

  flush(): ShownTurn[] {
    return [...this.#channels.values()].flatMap((turns) => turns.flush());
  }

  #of({ channel }: ShownTurn): FinalTurns {
    const turns = this.#channels.get(channel) ?? new FinalTurns(this.#formats);
    this.#channels.set(channel, turns);
    return turns;
  }
}
