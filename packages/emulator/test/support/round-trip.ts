import type { Emulator } from "../../src/server.ts";

/** Asks the emulator for something else. By the time it has answered, what it had to send before that has arrived. */
export async function roundTrip(emulator: Emulator): Promise<void> {
  for (let count = 0; count < 2; count++) {
    const url = new URL("/emulator/sessions", emulator.url.replace("ws", "http"));
    const response = await fetch(url, { headers: { connection: "close" } });
    await response.arrayBuffer();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until a figure stays as it is while the emulator answers others: nothing more is taken, or given. */
export async function still(emulator: Emulator, figure: () => number | undefined): Promise<void> {
  for (let before: number | undefined = -1; before !== figure(); await roundTrip(emulator)) before = figure();
}
