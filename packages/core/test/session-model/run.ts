import { parseOptions } from "../../src/options/parse-options.ts";
import { randomSteps, type Step, shrink } from "./steps.ts";
import type { Variant } from "./surroundings.ts";
import { type Manner, World } from "./world.ts";

const local = { apiHost: "ws://localhost", encoding: "pcm_mulaw", sampleRate: 8000, onWarning: () => {} } as const;
const variants: readonly Variant[] = [
  {},
  { pace: false },
  { reconnect: { replayBuffer: 1500, maxAttempts: 3 } },
  { reconnect: { maxAttempts: 100 }, terminationTimeout: 500, pace: false },
  { reconnect: false },
  { reconnect: { maxAttempts: 100 }, speakerLabels: true },
].flatMap((options) =>
  [true, false].map((sendsPings) => ({
    settings: parseOptions({ ...local, ...options }, { sendsHeaders: true }),
    sendsPings,
  })),
);

const manners: readonly Manner[] = ["silent", "silent", "fair", "fair", "fair", "stingy", "stingy"];

/** Runs sessions with random inputs, seed after seed, until there were `wanted` inputs, or one fails. */
export function runSessions(firstSeed: number, wanted: number) {
  let inputs = 0;
  let seed = firstSeed;
  for (; inputs < wanted; seed++) {
    const steps = randomSteps(seed);
    const result = run(seed, steps);
    inputs += result.inputs;
    if (result.error) return { inputs, sessions: seed - firstSeed, failure: explain(seed, steps, result.error) };
  }
  return { inputs, sessions: seed - firstSeed, failure: undefined };
}

function run(seed: number, steps: readonly Step[]): { readonly inputs: number; readonly error?: Error } {
  const variant = variants[seed % variants.length];
  if (!variant) throw new Error("No variant");
  let world: World | undefined;
  try {
    world = new World(variant, seed);
    for (const step of steps) world.step(step);
    world.end(manners[seed % manners.length] ?? "fair");
    return { inputs: world.inputs };
  } catch (thrown) {
    return { inputs: world?.inputs ?? 0, error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }
}

/** What a failure shows: its seed, and the fewest steps that fail in the same way. */
function explain(seed: number, steps: readonly Step[], error: Error): string {
  const fewest = shrink(steps, (fewer) => kindOf(run(seed, fewer).error) === kindOf(error));
  const shown = fewest.map(([kind, which, how]) => `  ${kind} (${which.toFixed(3)}, ${how.toFixed(3)})`);
  const { stack } = run(seed, fewest).error ?? error;
  return [`Seed ${seed}: ${error.message}`, `${fewest.length} of ${steps.length} steps:`, ...shown, stack].join("\n");
}

/** The same failure may have other numbers in its message. */
function kindOf(error: Error | undefined): string | undefined {
  return error?.message.replace(/[\d.]+/g, "N");
}
