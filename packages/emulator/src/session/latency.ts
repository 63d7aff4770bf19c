import { seededRandom } from "../seeded-random.ts";
import type { Parameters } from "./parameters.ts";

/** How fast a session answers: as fast as it can, or as the service was measured (protocol.md section 11). */
export type Latency = "none" | "live";

/** What an answer is counted from, and how late it is. Times in ms; see `LiveLatency`. */
export interface LatencyModel {
  /** Connecting to `Begin`. */
  begin(): number;
  /** The onset of speech to `SpeechStarted` and the first partial. */
  firstPartial(parameters: Parameters): number;
  /** The last word's reported end to the final. */
  final(): number;
  /** `ForceEndpoint` to its final. */
  forced(): number;
  /** `Terminate` to `Termination`. */
  termination(inTurn: boolean): number;
  /** A message that cannot be read to its Error. */
  refusal(): number;
  /** A request for a token to its answer. */
  token(): number;
}

export const noLatency: LatencyModel = {
  begin: () => 0,
  firstPartial: () => 0,
  final: () => 0,
  forced: () => 0,
  termination: () => 0,
  refusal: () => 0,
  token: () => 0,
};

/** The service's delays, drawn from a seed. */
export class LiveLatency implements LatencyModel {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  begin(): number {
    return this.#between(1_200, 1_300);
  }

  firstPartial({ mode }: Parameters): number {
    return mode === "min_latency" ? this.#between(560, 600) : this.#between(1_140, 1_200);
  }

  final(): number {
    return this.#around(420, 450);
  }

  forced(): number {
    return this.#around(267, 315);
  }

  termination(inTurn: boolean): number {
    return inTurn ? this.#between(1_180, 1_220) : this.#between(550, 720);
  }

  refusal(): number {
    return this.#between(980, 1_020);
  }

  /** No figure was published for tokens: as long as an HTTP request to another continent. */
  token(): number {
    return this.#between(200, 400);
  }

  #between(least: number, most: number): number {
    return Math.round(least + this.#random() * (most - least));
  }

  /** With this median and 90th percentile: symmetric, and within 2.5 of its deviations. */
  #around(p50: number, p90: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
    const normal = radius * Math.cos(2 * Math.PI * this.#random());
    return Math.round(p50 + (Math.max(-2.5, Math.min(2.5, normal)) * (p90 - p50)) / 1.2816);
  }
}
