import { type Emulator, type EmulatorOptions, startEmulator as start } from "@voxpipe/emulator";

/**
 * An emulator that reports the true times of words, and whose sessions are of US unless they say otherwise: what these tests
 * compare with.
 */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return start({ edges: "exact", defaultModel: "universal-streaming-english", ...options });
}
