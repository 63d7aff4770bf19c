import { type ScriptedWord, scripted } from "../../src/engines/scripted.ts";
import { startEmulator } from "../../src/server.ts";
import type { EmulatorOptions } from "../../src/settings.ts";
import { silence } from "./audio.ts";
import { RawClient } from "./raw-client.ts";

/** Words of 300 ms, one each 400 ms, from the start. */
export function spoken(text: string, extra: Partial<ScriptedWord> = {}): ScriptedWord[] {
  return text.split(" ").map((word, index) => ({ text: word, start: index * 400, end: index * 400 + 300, ...extra }));
}

/** A client that has ended its session, of US unless the query says otherwise, in which these words are said, followed by `afterMs` of silence. */
export async function transcribe(
  words: readonly ScriptedWord[],
  query: Record<string, string | number | boolean>,
  { afterMs = 2_000, ...options }: EmulatorOptions & { readonly afterMs?: number } = {},
): Promise<RawClient> {
  await using emulator = await startEmulator({ engine: scripted(words), ...options });
  await using client = await RawClient.connect(emulator.url, {
    sample_rate: 16_000,
    speech_model: "universal-streaming-english",
    ...query,
  });
  client.audio(silence((words.at(-1)?.end ?? 0) + afterMs), 1_600);
  await client.finish();
  return client;
}
