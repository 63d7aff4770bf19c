/** The close reason that goes with every Error message. */
export const closeReason = "See Error message for details";

/** A refusal in the service's own words: sent as an Error message, then as the close code (protocol.md section 5). */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** 3006 for a parameter or configuration field with a bad value. */
export function invalidParameter(name: string, reason: string): ProtocolError {
  return new ProtocolError(3006, `User Input Validation Error: Invalid '${name}': ${reason}`);
}

/** 3005, for what the service does not explain. */
export function cancelled(): ProtocolError {
  return new ProtocolError(3_005, "Session Cancelled: An error occurred");
}
