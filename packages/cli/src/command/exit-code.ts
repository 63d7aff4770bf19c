/** The command's exit codes. A second Ctrl-C is not among them: it ends the process by its signal. */
export const exitCode = {
  /** The transcript is complete; also after a first Ctrl-C, and if the reader of a pipe has gone. */
  ok: 0,
  /** The session failed: unreachable, refused, broken, or the input could not be read to its end. */
  failed: 1,
  /** Wrong use: an option, a missing credential, or a file that cannot be transcribed. */
  usage: 2,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
