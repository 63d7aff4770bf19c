import type { Clock } from "@voxpipe/core";

export interface AutoClockOptions {
  /**
   * Rounds of the event loop without any use of the clock after which nothing is under way but waiting. Enough for sockets;
   * requests over HTTP take more.
   *
   * @default 4
   */
  readonly quietRounds?: number;
  /**
   * Time passes at most this many times as fast as the machine's, so that what threads and kernels do has its share of it.
   *
   * @default 1000
   */
  readonly fastest?: number;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that moves to the next timer whenever everything waits: minutes pass in as long as the work in them takes.
 * For all parties of one process, which have to share it.
 */
export function autoClock({ quietRounds = 4, fastest = 1_000 }: AutoClockOptions = {}): Clock {
  let now = Date.now();
  let quiet = 0;
  let running = false;
  let movedAt = performance.now();
  const timers = new Set<Timer>();
  const next = () => {
    let first: Timer | undefined;
    for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  };
  const round = () => {
    const due = next();
    running = due !== undefined;
    if (due === undefined) return;
    if (quiet++ >= quietRounds && performance.now() - movedAt >= (due.at - now) / fastest) {
      quiet = 0;
      timers.delete(due);
      now = Math.max(now, due.at);
      movedAt = performance.now();
      due.run();
    }
    setImmediate(round);
  };
  return {
    now() {
      quiet = 0;
      return now;
    },
    after(ms, run) {
      quiet = 0;
      const timer = { at: now + Math.max(0, ms), run };
      timers.add(timer);
      if (!running) {
        running = true;
        movedAt = performance.now();
        setImmediate(round);
      }
      return () => timers.delete(timer);
    },
  };
}
