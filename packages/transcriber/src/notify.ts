/** Adds a listener, which may be there already. Returns a function that takes it away. */
export function listen<T extends readonly unknown[]>(
  listeners: Set<(...values: T) => void>,
  listener: (...values: T) => void,
): () => void {
  // A function of its own, so that one that is added twice leaves twice.
  const call = (...values: T) => listener(...values);
  listeners.add(call);
  return () => void listeners.delete(call);
}

/** Calls listeners. One that throws stops neither the others nor the caller: its error is reported as uncaught. */
export function notify<T extends readonly unknown[]>(listeners: Iterable<(...values: T) => void>, ...values: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(...values);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
