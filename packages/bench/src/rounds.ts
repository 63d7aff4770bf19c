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
  const collected = emptySamples(names);
  for (let round = 0; round < rounds; round++)
    for (const [name, samples] of collected) add(samples, await measure(name));
  return collected;
}

/** Measures all clients at the same time, round after round. */
export async function allAtOnce<Name extends VariantName>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name) => Promise<Figures>,
  beforeRound: () => void,
): Promise<Map<Name, Samples>> {
  const collected = emptySamples(names);
  for (let round = 0; round < rounds; round++) {
    beforeRound();
    await Promise.all([...collected].map(async ([name, samples]) => add(samples, await measure(name))));
  }
  return collected;
}

function emptySamples<Name extends VariantName>(names: readonly Name[]): Map<Name, Record<string, number[]>> {
  return new Map(names.map((name) => [name, {}]));
}

function add(samples: Record<string, number[]>, figures: Figures): void {
  for (const [figure, value] of Object.entries(figures)) {
    samples[figure] ??= [];
    samples[figure].push(value);
  }
}

/** The columns of a row: one figure of each client. */
export function columns(samples: ReadonlyMap<VariantName, Samples>, figure: string) {
  const of = (name: VariantName) => samples.get(name)?.[figure] ?? [];
  return { bare: of("bare"), vendor: of("vendor"), ours: of("ours") };
}
