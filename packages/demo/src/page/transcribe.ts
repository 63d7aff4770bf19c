import { connect, type StreamingEvent, tokenFrom } from "voxpipe";

const apiHost = document.querySelector<HTMLMetaElement>('meta[name="api-host"]')?.content ?? "";

/** Sends audio (mono s16le) to be transcribed and shows every event; resolves behind the last one. */
export async function transcribe(
  audio: ReadableStream<Uint8Array>,
  sampleRate: number,
  signal: AbortSignal,
  show: (event: StreamingEvent) => void,
): Promise<void> {
  // As long as the microphone keeps what was said meanwhile.
  const connectTimeout = 30_000;
  // A recogniser on a busy machine is behind what it was given.
  const terminationTimeout = 30_000;
  const token = tokenFrom("/api/token");
  const times = { connectTimeout, terminationTimeout };
  const session = connect({ token, apiHost, sampleRate, formatTurns: true, ...times, signal });
  // Where it fails, the session does, with this reason.
  audio.pipeTo(session.audio).catch(() => {});
  for await (const event of session.events) show(event);
}
