import type { Figures } from "./processes/child.ts";
import type { VariantName } from "./processes/child-tasks.ts";

/** The samples of one client: a list for each figure. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** Measures the clients in turns (A B C, A B C, …), so that a machine that slows down slows all of them. */
export async function inTurns<Name extends VariantName>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name) => Promise<Figures>,
): Promise<Map<Name, Samples>> {
  const collected = new Map<Name, Record<string, number[]>>(names.map((name) => [name, {}]));
  for (let round = 0; round < rounds; round++)
    for (const [name, samples] of collected)
      for (const [figure, value] of Object.entries(await measure(name))) {
        samples[figure] ??= [];
        samples[figure].push(value);
      }
  return collected;
}

/** The columns of a row: one figure of each client. */
export function columns(samples: ReadonlyMap<VariantName, Samples>, figure: string) {
  const of = (name: VariantName) => samples.get(name)?.[figure] ?? [];
  return { bare: of("bare"), vendor: of("vendor"), ours: of("ours") };
}
