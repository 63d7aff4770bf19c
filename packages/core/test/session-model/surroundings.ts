import type { Connection } from "../../src/connection/connection.ts";
import type { Settings } from "../../src/options/options.ts";
import type { Session } from "../../src/session/session.ts";
import type { Account } from "./account.ts";
import type { Line } from "./service.ts";
import type { ObservedBuffer, Source } from "./source.ts";

export interface Variant {
  readonly settings: Settings;
  readonly sendsPings: boolean;
}

/** What surrounds a session in the model. */
export interface Surroundings {
  readonly variant: Variant;
  readonly session: Session;
  readonly now: number;
  /** How many inputs there were. */
  readonly inputs: number;
  readonly source: Source;
  readonly buffer: ObservedBuffer;
  readonly account: Account;
  readonly lines: ReadonlyMap<Connection, Line>;
  /** The connection that the present input is about. */
  readonly about: Connection | undefined;
  /** The current connection after the last input. */
  readonly lastCurrent: Connection | undefined;
  /** Gives the session an input, takes its effects, and checks what must hold. */
  input(input: () => void, about?: Connection): void;
}
