import { type Emulator, type EmulatorOptions, startEmulator as start } from "@voxpipe/emulator";

/** Options of an emulator that reports the true times of words, and whose sessions are of US unless they say otherwise. */
export const exact = { edges: "exact", defaultModel: "universal-streaming-english" } as const;

/** An emulator with these options: what tests that compare times, or count finals, run against. */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return start({ ...exact, ...options });
}
