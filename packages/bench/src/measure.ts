import type { Certificate } from "./inputs/certificate.ts";

/** How much is measured. */
export interface Scale {
  /** The full sizes, where the default run takes less. */
  readonly full: boolean;
  /** How often each client is measured. Undefined: each measure's own default. */
  readonly rounds: number | undefined;
}

export interface Context extends Scale {
  readonly certificate: Certificate;
  /** Shows progress to a waiting user. */
  progress(text: string): void;
}

/** One figure of the clients side by side: the samples of all rounds. */
export interface Row {
  readonly figure: string;
  readonly unit: string;
  readonly bare?: readonly number[];
  readonly vendor?: readonly number[];
  readonly ours: readonly number[];
  /** What the figure has to hold. */
  readonly goal?: string;
}

export interface Result {
  readonly rows: readonly Row[];
  /** What a reader of the rows must know: sizes, what was scaled, what exactly was counted. */
  readonly notes: readonly string[];
}

export type Measure = (context: Context) => Promise<Result>;
