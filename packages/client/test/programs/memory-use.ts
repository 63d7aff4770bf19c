/** Bytes in use on the heap and in buffers outside it, once everything unreachable is gone. */
export async function memoryUse(): Promise<number> {
  // Between collections, what was closed gets time to go: too little of it makes the figure larger, never smaller.
  for (let i = 0; i < 4; i++) {
    await pause();
    globalThis.gc?.();
  }
  const atOnce = inUse();
  // Another thread frees buffers, some of them after the collection. Each reading is at least what is in use.
  await pause();
  return Math.min(atOnce, inUse());
}

function inUse(): number {
  // `external` counts buffers until the next collection after the one that freed them.
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
