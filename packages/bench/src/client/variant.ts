import type { VariantName } from "../processes/child-tasks.ts";

/** The two fields that the measurements read; every client hands over the whole message. */
export interface Turn {
  readonly transcript: string;
  readonly end_of_turn: boolean;
}

/** One open session of a client under test, with as little around it as its users would have. */
export interface Connection {
  /**
   * Gives a frame, the whole of its buffer, to the client in the way its users do. A promise: wait for it before the next,
   * if you wait at all.
   */
  send(frame: Uint8Array): Promise<void> | undefined;
  /** Bytes that wait in the socket because the peer does not read; undefined if the client does not report it. */
  readonly bufferedAmount: number | undefined;
  /** Whether the client has given up this session. */
  readonly lost: boolean;
  /** Terminate, and wait for the end. */
  close(): Promise<void>;
}

/** A client under test. Opening waits for Begin. */
export interface Variant {
  open(url: string, onTurn: (turn: Turn) => void): Promise<Connection>;
}

/** Loads only the client that is asked for, so that its process holds nothing else. */
export async function loadVariant(name: VariantName): Promise<Variant> {
  switch (name) {
    case "bare":
      return (await import("./bare.ts")).bare;
    case "vendor":
      return (await import("./vendor.ts")).vendor;
    case "streams":
      return (await import("./streams.ts")).streams;
    case "ours":
      return (await import("./ours.ts")).ours;
    case "oursPiped":
      return (await import("./ours.ts")).oursPiped;
  }
}
