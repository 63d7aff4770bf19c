import { type Emulator, type EmulatorOptions, startEmulator as start } from "@voxpipe/emulator";

/** Options of an emulator that reports the true times of words; its sessions use a US model unless they name another one. */
export const exact = { edges: "exact", defaultModel: "universal-streaming-english" } as const;

/** An emulator with these options, for tests that compare times or count finals. */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return start({ ...exact, ...options });
}
