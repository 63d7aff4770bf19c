import type { Engine } from "./engine.ts";

/** How many servers use each engine. */
const users = new WeakMap<Engine, number>();

/**
 * Registers a server that uses an engine, which others may also use.
 *
 * @returns a function that unregisters it, once, and closes the engine if no other server uses it
 */
export function useEngine(engine: Engine): () => Promise<void> {
  users.set(engine, (users.get(engine) ?? 0) + 1);
  return async () => {
    const others = (users.get(engine) ?? 1) - 1;
    users.set(engine, others);
    if (others === 0) await engine.close?.();
  };
}
