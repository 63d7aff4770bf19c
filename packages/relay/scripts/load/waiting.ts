export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves to how long it took in ms; undefined if it did not happen in time. */
export async function until(holds: () => Promise<boolean>, ms: number): Promise<number | undefined> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() > begun + ms) return undefined;
    await wait(250);
  }
  return performance.now() - begun;
}
