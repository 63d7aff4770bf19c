import { vi } from "vitest";

/** What the transcriber loads on demand. */
export const chunks = [
  "source/given-source",
  "several/several-sources",
  "source/opened-source",
  "source/pcm-source",
] as const;
export type Chunk = (typeof chunks)[number];

export interface HeldLoad {
  /** Resolves when the chunk is wanted. */
  readonly asked: Promise<void>;
  /** Lets the load continue; with an error, it fails. If this is not called, it hangs, as on a stalled network. */
  settle(error?: Error): void;
}

interface Wait {
  readonly held: Promise<void>;
  begin(): void;
  settle(error?: Error): void;
}

/** By the chunk, from the hold until the test ends. */
const waits = new Map<Chunk, Wait>();

/** A module with a function `then` is awaited like a promise, at each import. */
function thenOf(chunk: Chunk, code: object): unknown {
  const wait = waits.get(chunk);
  wait?.begin();
  return wait && ((loaded: (code: object) => void, failed: () => void) => wait.held.then(() => loaded(code), failed));
}

for (const chunk of chunks)
  vi.doMock(`../../src/${chunk}.ts`, async () => {
    const code = await vi.importActual<object>(`../../src/${chunk}.ts`);
    return new Proxy(code, { get: (_, name) => (name === "then" ? thenOf(chunk, code) : Reflect.get(code, name)) });
  });
// Only what has been loaded once can be held later.
await import("../../src/source/given-source.ts");
await import("../../src/several/several-sources.ts");
await import("../../src/source/opened-source.ts");
await import("../../src/source/pcm-source.ts");

/** From now on the loading of a chunk waits for the test; the code itself is the real one. Vitest holds the first import only. */
export function holdLoad(chunk: Chunk): HeldLoad {
  let begin = () => {};
  let settle = (_error?: Error) => {};
  const asked = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const held = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  held.catch(() => {});
  const wait = { held, begin, settle };
  waits.get(chunk)?.settle();
  waits.set(chunk, wait);
  return {
    asked,
    settle(error) {
      if (waits.get(chunk) === wait) waits.delete(chunk);
      settle(error);
    },
  };
}

/** Vitest forgets an import only when it has settled. */
export async function settleAll(): Promise<void> {
  const all = [...waits.values()];
  waits.clear();
  for (const { settle } of all) settle();
  await new Promise(setImmediate);
}
