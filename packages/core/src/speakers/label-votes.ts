/** Words that two labels have to share, at least. A few may be a mistake of the service's, which labels 85% of them right. */
export const enoughWords = 5;
/** Words more that they have to share for each that one of them shares with another label. */
const forEachOther = 1.5;

/** Which labels of a connection and of the session lie on the same words. Pure. */
export class LabelVotes {
  /** By the connection's label and the session's. */
  readonly #words = new Map<string, Map<string, number>>();

  /** A word that was read twice. */
  add(own: string, session: string): void {
    const votes = this.#words.get(own) ?? new Map<string, number>();
    this.#words.set(own, votes.set(session, (votes.get(session) ?? 0) + 1));
  }

  /** The session's label for the same voice; undefined if that is not clear. */
  match(own: string): string | undefined {
    const votes = this.#words.get(own) ?? new Map<string, number>();
    for (const [session, shared] of votes) {
      const ofOwn = sum(votes.values());
      const ofSession = sum([...this.#words.values()].map((others) => others.get(session) ?? 0));
      if (shared >= enoughWords + forEachOther * (Math.max(ofOwn, ofSession) - shared)) return session;
    }
    return undefined;
  }
}

function sum(numbers: Iterable<number>): number {
  let all = 0;
  for (const number of numbers) all += number;
  return all;
}
