import type { Fault } from "../../src/faults/fault.ts";
import { type Emulator, startEmulator } from "../../src/server.ts";
import { RawClient } from "./raw-client.ts";

export const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

/** One client against an emulator with these faults. */
export async function meet(faults: readonly Fault[], run: (client: RawClient, emulator: Emulator) => Promise<void>) {
  await using emulator = await startEmulator({ faults });
  await using client = new RawClient(emulator.url, rate);
  await run(client, emulator);
}
