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
