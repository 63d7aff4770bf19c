const made = Symbol.for("voxpipe: what global setups share");
const shared = globalThis as { [made]?: Map<string, Promise<unknown>> };

/** What `make` gives, made once for all projects of a run: Vitest loads a global setup again for each of them. */
export function once<T>(name: string, make: () => Promise<T>): Promise<T> {
  shared[made] ??= new Map();
  const present = shared[made].get(name) ?? make();
  shared[made].set(name, present);
  return present as Promise<T>;
}
