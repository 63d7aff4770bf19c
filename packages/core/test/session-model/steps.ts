/** One input: its kind, and two numbers in [0, 1) that choose what it is about. */
export type Step = readonly [kind: string, which: number, how: number];

/** Numbers in [0, 1) that a seed determines (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often each kind of input comes. What ends a session is rare, so that runs get somewhere. */
const weights: Readonly<Record<string, number>> = {
  write: 22,
  flood: 0.5,
  begin: 12,
  "begin twice": 1,
  handshaken: 2,
  partial: 8,
  final: 12,
  "empty final": 2,
  "late turn": 2,
  speech: 2,
  heartbeat: 3,
  warning: 1,
  garbage: 1,
  "unusable begin": 0.2,
  drop: 3,
  "close normally": 0.7,
  "close for good": 0.1,
  error: 1,
  "error without code": 0.4,
  "end early": 0.8,
  answer: 6,
  "answer partly": 1,
  "end twice": 0.5,
  "late message": 0.5,
  "finish closing": 6,
  pong: 3,
  timer: 12,
  "late timers": 2,
  "long sleep": 0.3,
  stall: 1,
  drain: 3,
  "fail to open": 0.5,
  "force endpoint": 2,
  "keep alive": 1,
  configure: 2,
  "many controls": 0.1,
  offline: 0.6,
  online: 3,
  finish: 1,
  "finish early": 0.4,
  "source fails": 0.3,
  abort: 0.15,
};

const kinds = Object.entries(weights);
const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);

export function randomSteps(seed: number): Step[] {
  const random = randomNumbers(seed);
  const count = 10 + Math.floor(random() ** 2 * 190);
  return Array.from({ length: count }, () => [randomKind(random()), random(), random()] as const);
}

function randomKind(at: number): string {
  let rest = at * total;
  for (const [kind, weight] of kinds) {
    rest -= weight;
    if (rest < 0) return kind;
  }
  return "write";
}

/** Leaves out steps as long as the run still fails: halves first, single ones last. */
export function shrink(steps: readonly Step[], fails: (steps: readonly Step[]) => boolean): readonly Step[] {
  let kept = steps;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < kept.length; ) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (fails(fewer)) kept = fewer;
      else at += size;
    }
  return kept;
}
