/** One signal for a time limit and a caller's signal. `ended` says which of the two came first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Which came first; undefined while neither has. */
  readonly ended: () => "timeout" | "aborted" | undefined;
  /** Milliseconds left. */
  readonly remaining: () => number;
  /** Removes the timer and the listener. */
  readonly cleanup: () => void;
}

export function startDeadline(limit: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const until = performance.now() + limit;
  let ended: "timeout" | "aborted" | undefined;
  const end = (how: "timeout" | "aborted") => {
    ended ??= how;
    controller.abort();
  };
  const onAbort = () => end("aborted");
  const timer = setTimeout(() => end("timeout"), limit);
  outer?.addEventListener("abort", onAbort, { once: true });
  if (outer?.aborted) onAbort();
  return {
    signal: controller.signal,
    ended: () => ended,
    remaining: () => until - performance.now(),
    cleanup() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", onAbort);
    },
  };
}

/** Settles as `work` does, or rejects when `signal` aborts first, even if `work` ignores the signal. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Resolves after `ms`; rejects when `signal` aborts first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return unlessAborted(waited, signal).finally(() => clearTimeout(timer));
}
