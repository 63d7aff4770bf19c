/** The command line or an input cannot be used, known before a session exists. The message says what to do; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
