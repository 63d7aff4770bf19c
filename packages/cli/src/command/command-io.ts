import type { Writable } from "node:stream";
import type { StandardInput } from "../input/input.ts";
import type { SignalSource } from "./interrupt.ts";

/** Standard output: a terminal if `isTTY` is true. */
export type StandardOutput = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  hasColors?(count: number, environment: object): boolean;
};

/** The parts of the process that a command uses; `process` itself, except in tests. */
export interface CommandIo {
  readonly stdin: StandardInput;
  readonly stdout: StandardOutput;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signals: SignalSource;
}
