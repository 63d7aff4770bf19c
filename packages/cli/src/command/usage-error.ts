/** What was typed or named cannot be used, known before any session exists. The message names the remedy; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
