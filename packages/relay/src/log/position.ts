/**
 * An entry's place in its room. `fence` is the publisher's fencing token, `count` its own count of entries, so that all that
 * a later publisher writes comes after all that an earlier one wrote.
 */
export interface Position {
  readonly fence: number;
  readonly count: number;
}

/** Whether `a` comes after `b`; everything comes after undefined. */
export function isAfter(a: Position, b: Position | undefined): boolean {
  return b === undefined || a.fence > b.fence || (a.fence === b.fence && a.count > b.count);
}

export function isSame(a: Position | undefined, b: Position | undefined): boolean {
  return a?.fence === b?.fence && a?.count === b?.count;
}

/** `1764115200000-42`, which is an id of Redis Streams as well. */
export function positionText({ fence, count }: Position): string {
  return `${fence}-${count}`;
}

/** Undefined for anything else: the text may come from a reader. */
export function parsePosition(text: string): Position | undefined {
  const [, fence = "", count = ""] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return fence === "" ? undefined : { fence: Number(fence), count: Number(count) };
}
