/** Why an emulator did not start, or could not do what was requested. */
export type EmulatorErrorCode = "port-in-use" | "cannot-listen" | "invalid-options" | "decoder-missing";

/** An error of the emulator itself, not one that it sends to clients. */
export class EmulatorError extends Error {
  override readonly name = "EmulatorError";
  readonly code: EmulatorErrorCode;

  constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The error for a failure to listen, with what to do about it. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): EmulatorError {
  const at = `${host}:${port}`;
  if (error.code === "EADDRINUSE") {
    const remedy = "Stop the program that listens there, choose another port, or use port 0 for any free one.";
    return new EmulatorError("port-in-use", `Port ${port} on ${host} is in use. ${remedy}`, { cause: error });
  }
  const reason = error.code === "EACCES" ? "permission denied" : (error.code ?? error.message);
  const remedy = "Choose a port above 1023 and an address that this machine has, such as 127.0.0.1.";
  return new EmulatorError("cannot-listen", `Cannot listen on ${at}: ${reason}. ${remedy}`, { cause: error });
}
