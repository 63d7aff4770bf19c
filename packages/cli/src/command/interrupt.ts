const signals = ["SIGINT", "SIGTERM"] as const;

/** The part of `process` that this needs. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/**
 * Calls `finish` at the first Ctrl-C or SIGTERM, and from then on leaves them to the system: a second one ends the process
 * at once, and its parent sees the signal. Returns a function that stops listening.
 */
export function onFirstInterrupt(source: SignalSource, finish: () => void): () => void {
  const stop = () => {
    for (const signal of signals) source.off(signal, first);
  };
  const first = () => {
    stop();
    finish();
  };
  for (const signal of signals) source.on(signal, first);
  return stop;
}
