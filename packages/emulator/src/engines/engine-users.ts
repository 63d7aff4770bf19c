import type { Engine } from "./engine.ts";

/** How many servers use each engine. */
const users = new WeakMap<Engine, number>();

/**
 * A server begins to use an engine, which others may use too.
 *
 * @returns stops using it, once; closes it where nobody else does
 */
export function useEngine(engine: Engine): () => Promise<void> {
  users.set(engine, (users.get(engine) ?? 0) + 1);
  return async () => {
    const others = (users.get(engine) ?? 1) - 1;
    users.set(engine, others);
    if (others === 0) await engine.close?.();
  };
}
