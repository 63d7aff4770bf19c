import { StreamingError } from "voxpipe";

/** `"resolved"`, or the code of the `StreamingError` it was rejected with, or the name of any other error. */
export type Outcome = string;

/** Generous: only a promise that hangs takes so long, on a machine as busy as can be. In ms. */
const longest = 60_000;

/** How a promise settles. Throws an error with its name if it hangs. */
export async function settles(name: string, promise: PromiseLike<unknown>): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} hung for ${longest} ms`)), longest);
  });
  try {
    return await Promise.race([promise.then(() => "resolved", outcomeOf), hung]);
  } finally {
    clearTimeout(timer);
  }
}

export function outcomeOf(error: unknown): Outcome {
  if (error instanceof StreamingError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

/** Waits until `holds` does; throws with `what` where that takes too long. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + longest;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Waited ${longest} ms for ${what}`);
    // How often it looks, which decides nothing.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A turn of the event loop. By its end, what microtasks had to do is done, and rejections that nobody handled are reported. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
