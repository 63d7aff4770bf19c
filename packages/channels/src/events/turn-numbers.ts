/** Numbers the turns of several sessions as one sequence, in the order in which they are first seen. */
export class TurnNumbers {
  readonly #bySession: Map<number, number>[];
  #next = 0;

  constructor(sessions: number) {
    this.#bySession = Array.from({ length: sessions }, () => new Map());
  }

  of(session: number, order: number): number {
    const known = this.#bySession[session]?.get(order);
    if (known !== undefined) return known;
    const number = this.#next++;
    this.#bySession[session]?.set(order, number);
    return number;
  }
}
