import { type Engine, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { connect } from "voxpipe";

/** The text that an engine makes of s16le at 16 kHz. */
export async function recognise(engine: Engine, pcm: Uint8Array): Promise<string> {
  await using service = await startEmulator({ ...exact, engine });
  const session = connect({ apiHost: service.url, apiKey: "example", sampleRate: 16_000, pace: false });
  const sending = new Blob([new Uint8Array(pcm)]).stream().pipeTo(session.audio);
  sending.catch(() => {});
  const lines: string[] = [];
  for await (const event of session.events)
    if (event.type === "Turn" && event.end_of_turn) lines.push(event.transcript);
  await sending;
  return lines.join(" ");
}
