/** Bytes in use on the heap and in buffers outside it, once everything unreachable is gone. */
export async function memoryUse(): Promise<number> {
  // Between collections, what was closed gets time to go: too little of it makes the figure larger, never smaller.
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
