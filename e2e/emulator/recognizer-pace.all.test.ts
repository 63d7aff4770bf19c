import { readFileSync } from "node:fs";
import { startEmulator } from "@voxpipe/emulator";
import { recognizer } from "@voxpipe/recognizer";
import { expect, test } from "vitest";
import { RawClient } from "../../packages/emulator/test/support/raw-client.ts";
import { root } from "../workspace.ts";

/** Four turns in 24 s. */
const speech = readFileSync(`${root}packages/recognizer/sample/sample.wav`).subarray(44);
const frame = 1_600;

/** The finals of the sample, in real time or as fast as it can be sent. */
async function finals(url: string, realTime: boolean): Promise<string[]> {
  await using client = await RawClient.connect(url, { sample_rate: 16_000 });
  await client.until("Begin");
  const began = Date.now();
  for (let start = 0; start < speech.length; start += frame) {
    // Real time is what is tried here.
    const early = began + start / 32 - Date.now();
    if (realTime && early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    client.ws.send(speech.subarray(start, start + frame));
  }
  await client.finish();
  return client.finals;
}

function words(text: string): string {
  return text.replaceAll(/[^\w\s]/g, "").toLowerCase();
}

test("the recogniser gives the same turns in real time and as fast as audio can be sent", async () => {
  const engine = recognizer({ threads: 2 });
  try {
    await using emulator = await startEmulator({ engine });
    const [paced, unpaced] = await Promise.all([finals(emulator.url, true), finals(emulator.url, false)]);
    expect(paced).toHaveLength(4);
    // A comma may depend on how much silence the recogniser had heard when it was asked.
    expect(unpaced.map(words)).toEqual(paced.map(words));
  } finally {
    await engine.close();
  }
}, 90_000);
